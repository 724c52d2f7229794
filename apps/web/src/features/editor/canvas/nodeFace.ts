import type { CallableScenarios, DefinitionNode, ManifestCatalog } from "@patchbay/core";

/** How a node presents itself: from its manifest, or as well as can be where its type is not installed. */
export interface NodeFace {
  /** The app's name; for built-in tools, of which each does one thing, the action's. */
  title: string;
  /** The other one of the two. */
  subtitle: string;
  icon: string;
  /** A CSS colour: the app's own, or the token of built-in tools. */
  color: string;
  isTrigger: boolean;
  /** Has several outputs: a router, or if/else. */
  isRouter: boolean;
  /** Several nodes may lead to it. */
  isMerge: boolean;
  /** Ends its path: nothing may follow. */
  isEnd: boolean;
  isKnown: boolean;
}

const endingControls = new Set(["resume", "ignore", "break", "commit", "rollback", "stop"]);

export function nodeFace(catalog: ManifestCatalog, node: Pick<DefinitionNode, "type" | "typeVersion">): NodeFace {
  const kind = catalog.getNodeKind(node.type, node.typeVersion) ?? catalog.getNodeKind(node.type);
  if (!kind) {
    const [app = node.type, action = ""] = node.type.split(".");
    const face = { title: app, subtitle: action, icon: "circle-help", color: "var(--color-tool)" };
    return { ...face, isTrigger: false, isRouter: false, isMerge: false, isEnd: false, isKnown: false };
  }
  const control = kind.role === "action" ? kind.node.control : undefined;
  const labels = [kind.manifest.label, kind.node.label] as const;
  const isTool = kind.manifest.category === "flow";
  return {
    title: isTool ? labels[1] : labels[0],
    subtitle: isTool ? labels[0] : labels[1],
    icon: kind.node.icon ?? kind.manifest.icon,
    color: appColor(kind.manifest),
    isTrigger: kind.role === "trigger",
    isRouter: control === "router" || control === "ifElse",
    isMerge: control === "merge",
    isEnd: control !== undefined && endingControls.has(control),
    isKnown: true,
  };
}

/** Built-in tools share one quiet colour, so that the apps' own stand out. */
export function appColor(manifest: { category: string; color: string }): string {
  return manifest.category === "flow" ? "var(--color-tool)" : manifest.color;
}

/** What a node is called: its own name, or what it is. */
export function nodeTitle(catalog: ManifestCatalog, node: DefinitionNode): string {
  return node.name ?? nodeFace(catalog, node).title;
}

/** What a node does in a few words, from its config where that says it best. */
export function nodeCaption(face: NodeFace, node: DefinitionNode, callables?: CallableScenarios): string {
  const { config } = node;
  if (node.type === "scenario.call" && typeof config.scenarioId === "string")
    return callables?.get(config.scenarioId)?.name ?? face.subtitle;
  if (node.type === "scenario.start" && Array.isArray(config.inputs))
    return config.inputs.length === 1 ? "1 input" : `${config.inputs.length} inputs`;
  if (node.type === "tools.delay" && typeof config.seconds === "number")
    return `Wait ${config.seconds} ${config.seconds === 1 ? "second" : "seconds"}`;
  if (node.type === "tools.aggregate" && typeof config.source === "number") return `Source: node ${config.source}`;
  if (node.type === "tools.setVariables" && Array.isArray(config.variables)) {
    const count = config.variables.length;
    return count === 1 ? "1 variable" : `${count} variables`;
  }
  return node.type === "schedule.tick" ? scheduleCaption(config) : face.subtitle;
}

function scheduleCaption(config: DefinitionNode["config"]): string {
  const text = (field: string, otherwise: string) =>
    typeof config[field] === "string" && config[field] !== "" ? config[field] : otherwise;
  switch (config.mode) {
    case "daily":
      return `Every day at ${text("time", "09:00")}`;
    case "cron":
      return text("expression", "0 9 * * MON-FRI");
    case "dates":
      return "On given dates";
    default:
      return everyCaption(typeof config.every === "number" ? config.every : 15, text("unit", "minutes"));
  }
}

const everyCaption = (every: number, unit: string) =>
  every === 1 ? `Every ${unit.replace(/s$/, "")}` : `Every ${every} ${unit}`;
