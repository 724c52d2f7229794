import { manifestCatalog } from "@patchbay/catalog/manifests";

/** What identifies a node type at a glance. */
export interface NodeFace {
  /** The integration: `HTTP`. */
  app: string;
  /** What a node of it is called that has no name of its own: `HTTP`, but `Delay` rather than `Tools`. */
  title: string;
  /** The action or trigger: `Make a request`. */
  action: string;
  /** `"#0f62b5"`, or undefined for the built-in grey. */
  color: string | undefined;
  icon: string | undefined;
}

/** The face of `"http.request"`; of a type that no installed integration knows, its bare name. */
export function nodeFace(type: string): NodeFace {
  const kind = manifestCatalog.getNodeKind(type);
  if (!kind) return { app: type, title: type, action: "Unknown type", color: undefined, icon: undefined };
  const { manifest, node } = kind;
  const isBuiltIn = manifest.category === "flow";
  return {
    app: manifest.label,
    title: isBuiltIn ? node.label : manifest.label,
    action: node.label,
    // Built-in nodes share the theme's grey, so that the apps' own colours stand out.
    color: isBuiltIn ? undefined : manifest.color,
    icon: node.icon ?? manifest.icon,
  };
}

/** How a form calls a field of a node's settings (`url` is `URL`); the bare name where the manifest does not say. */
export function fieldTitle(type: string, field: string): string {
  const properties = manifestCatalog.getNodeKind(type)?.node.input.properties;
  if (typeof properties !== "object" || properties === null || !Object.hasOwn(properties, field)) return field;
  const { title } = (properties as Record<string, { title?: unknown }>)[field] ?? {};
  return typeof title === "string" ? title : field;
}
