import type { ComponentManifest, DefinitionMetadata, Manifest } from "../deploy/manifest.ts";

/** Where a request goes: to the `http.ts` of a component, which sees the path without the prefixes of its mounts. */
export interface HttpTarget {
  component: string;
  path: string;
}

/** A way on from a component: `rest` is what is left of the path, so the shortest one is the most specific match. */
interface Candidate {
  rest: string;
  /** The component that the path leads to, or null for the `http.ts` of this one. */
  mount: string | null;
}

/**
 * Finds the component that serves a path, as Convex does: an exact route wins, then the longest prefix among routes and mounts,
 * from the app downwards. A component with an `http.ts` also gets what nothing matches, to answer it.
 *
 * @returns null where no `http.ts` is.
 */
export function routeHttp(manifest: Manifest, request: { path: string; method: string }): HttpTarget | null {
  const method = request.method === "HEAD" ? "GET" : request.method;
  let component = manifest.components.find(({ path }) => path === "");
  let { path } = request;
  while (component !== undefined) {
    const metadata = manifest.metadata[component.definitionPath];
    const own = ownPath(component, metadata, path);
    if (own !== null && hasExactRoute(component, own, method)) return { component: component.path, path: own };
    const best = candidates(component, metadata, { path, own, method }).sort(
      (a, b) => a.rest.length - b.rest.length,
    )[0];
    if (best === undefined || best.mount === null)
      return own === null ? null : { component: component.path, path: own };
    const next: string = best.mount;
    component = manifest.components.find((candidate) => candidate.path === next);
    path = best.rest;
  }
  return null;
}

/** The addresses under which components are mounted (`/auth/oauth`, without a slash at the end), by component path. */
export function httpPrefixes(manifest: Manifest): Map<string, string> {
  const prefixes = new Map([["", ""]]);
  // Parents come first.
  for (const { path, definitionPath, children } of manifest.components) {
    const parent = prefixes.get(path);
    const metadata = manifest.metadata[definitionPath];
    if (parent === undefined) continue;
    for (const [prefix, reference] of Object.entries(metadata?.httpMounts ?? {})) {
      const child = children[childNameOf(reference)];
      if (child !== undefined) prefixes.set(child, parent + prefix.replace(/\/$/, ""));
    }
  }
  return prefixes;
}

/** The path as the component's own `http.ts` sees it; null if it has none, or serves another part of the site. */
function ownPath(component: ComponentManifest, metadata: DefinitionMetadata | undefined, path: string): string | null {
  if (routesOf(component) === null) return null;
  const prefix = metadata?.httpPrefix;
  if (prefix === undefined) return path;
  return path.startsWith(prefix) ? `/${path.slice(prefix.length)}` : null;
}

function hasExactRoute(component: ComponentManifest, path: string, method: string): boolean {
  return (routesOf(component) ?? []).some(({ route }) => route.path === path && route.method === method);
}

function candidates(
  component: ComponentManifest,
  metadata: DefinitionMetadata | undefined,
  { path, own, method }: { path: string; own: string | null; method: string },
): Candidate[] {
  const found: Candidate[] = [];
  for (const { route } of own === null ? [] : (routesOf(component) ?? [])) {
    const prefix = route.path.endsWith("*") ? route.path.slice(0, -1) : null;
    if (prefix !== null && route.method === method && own!.startsWith(prefix))
      found.push({ rest: `/${own!.slice(prefix.length)}`, mount: null });
  }
  for (const [prefix, reference] of Object.entries(metadata?.httpMounts ?? {})) {
    const mount = component.children[childNameOf(reference)];
    if (mount !== undefined && path.startsWith(prefix)) found.push({ rest: `/${path.slice(prefix.length)}`, mount });
  }
  return found;
}

function routesOf(component: ComponentManifest) {
  return component.functions["http.js"]?.httpRoutes ?? null;
}

function childNameOf(reference: string): string {
  return reference.replace(/^_reference\/childComponent\//, "");
}
