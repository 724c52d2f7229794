import { describe, expect, it } from "vitest";
import { type ComponentManifest, type DefinitionMetadata, EMPTY_MANIFEST, type Manifest } from "../deploy/manifest.ts";
import { httpPrefixes, routeHttp } from "./routing.ts";

interface Part {
  routes?: string[];
  mounts?: Record<string, string>;
  httpPrefix?: string;
}

/** A deployment of components by their paths; routes are `GET /path`, a star at the end makes a prefix. */
function deployment(parts: Record<string, Part>): Manifest {
  const metadata: Record<string, DefinitionMetadata> = {};
  const components = Object.entries(parts).map(([path, { routes, mounts = {}, httpPrefix }]): ComponentManifest => {
    const httpMounts = Object.fromEntries(
      Object.entries(mounts).map(([prefix, child]) => [prefix, `_reference/childComponent/${child}`]),
    );
    const exports = { type: "branch" as const, branch: [] };
    metadata[path] = { path, definitionType: { type: "app" }, childComponents: [], httpMounts, exports, httpPrefix };
    const children = Object.values(mounts).map((name) => [name, path === "" ? name : `${path}/${name}`]);
    const httpRoutes = routes?.map((route) => {
      const [method = "", routePath = ""] = route.split(" ");
      return { route: { path: routePath, method }, pos: null };
    });
    const http = { functions: [], httpRoutes: httpRoutes ?? null, cronSpecs: null, sourceMapped: null };
    const functions: ComponentManifest["functions"] = httpRoutes === undefined ? {} : { "http.js": http };
    const base = EMPTY_MANIFEST.components[0]!;
    return { ...base, path, definitionPath: path, children: Object.fromEntries(children) as never, functions };
  });
  return { ...EMPTY_MANIFEST, metadata, components };
}

const route = (manifest: Manifest, path: string, method = "GET") => {
  const target = routeHttp(manifest, { path, method });
  return target === null ? null : `${target.component}:${target.path}`;
};

describe("HTTP routes", () => {
  const site = deployment({
    "": { routes: ["GET /exact", "GET /auth/exact", "POST /api/*", "GET /auth/long/*"], mounts: { "/auth/": "auth" } },
    auth: { routes: ["GET /exact", "GET /callback", "GET /*"], mounts: { "/oauth/": "oauth" } },
    "auth/oauth": { routes: ["GET /callback"] },
  });

  it("go to the component with the most specific match, without the prefix of its mount", () => {
    expect(route(site, "/exact")).toBe(":/exact");
    expect(route(site, "/auth/exact"), "an exact route of the app comes before its mounts").toBe(":/auth/exact");
    expect(route(site, "/auth/callback")).toBe("auth:/callback");
    expect(route(site, "/auth/long/x"), "a longer prefix of the app wins").toBe(":/auth/long/x");
    expect(route(site, "/auth/oauth/callback"), "mounts nest").toBe("auth/oauth:/callback");
    expect(route(site, "/auth/"), "the root of a mount").toBe("auth:/");
  });

  it("tell methods apart, and take HEAD for GET", () => {
    expect(route(site, "/auth/callback", "HEAD")).toBe("auth:/callback");
    expect(route(site, "/auth/long/x", "POST"), "not the app's GET route").toBe("auth:/long/x");
  });

  it("leave what nothing matches to the component that was reached", () => {
    expect(route(site, "/nowhere")).toBe(":/nowhere");
    expect(route(site, "/auth")).toBe(":/auth");
    expect(route(site, "/auth/oauth/nowhere")).toBe("auth/oauth:/nowhere");
    expect(route(deployment({ "": {} }), "/x")).toBeNull();
    expect(route(deployment({ "": { mounts: { "/a/": "a" } }, a: {} }), "/a/x")).toBeNull();
  });

  it("put the app's own routes under its prefix, so that a component may have the rest", () => {
    const hosted = deployment({
      "": { routes: ["GET /items"], httpPrefix: "/api/", mounts: { "/": "hosting" } },
      hosting: { routes: ["GET /*"] },
    });
    expect(route(hosted, "/api/items")).toBe(":/items");
    expect(route(hosted, "/items")).toBe("hosting:/items");
    expect(route(hosted, "/")).toBe("hosting:/");
  });

  it("tell components where they are mounted", () => {
    expect([...httpPrefixes(site)]).toEqual([
      ["", ""],
      ["auth", "/auth"],
      ["auth/oauth", "/auth/oauth"],
    ]);
  });
});
