import { createHash } from "node:crypto";
import { transformModule, withEsbuild } from "../isolate/transform.ts";
import type { AnalyzedModule, ComponentManifest, Manifest, StoredModule } from "./manifest.ts";

/** The module that a query of `convex run --inline-query` is evaluated as. */
const PATH = "testQuery.js";
/** Its function, for a call. */
export const INLINE_QUERY = "testQuery:default";
/** Where the CLI has such a module import `query` from; on Convex it exists on the server only. */
const WRAPPERS = "convex:/_system/repl/wrappers.js";
const WRAPPERS_SOURCE = 'export { queryGeneric as query, internalQueryGeneric as internalQuery } from "convex/server";';

const ANALYZED: AnalyzedModule = {
  functions: [
    {
      name: "default",
      udfType: "Query",
      visibility: { kind: "internal" },
      args: '{"type":"any"}',
      returns: '{"type":"any"}',
      pos: null,
    },
  ],
  httpRoutes: null,
  cronSpecs: null,
  sourceMapped: null,
};

/** Makes the source of an inline query ready for a realm. @throws esbuild's error for what does not parse. */
export async function bundleInlineQuery(source: string): Promise<StoredModule> {
  const bundled = await withEsbuild(async (esbuild) => {
    const result = await esbuild.build({
      stdin: { contents: source, sourcefile: PATH, resolveDir: import.meta.dirname },
      bundle: true,
      format: "esm",
      target: "node24",
      write: false,
      logLevel: "silent",
      plugins: [
        {
          name: "wrappers",
          setup(build) {
            build.onResolve({ filter: /^convex:/ }, ({ path }) =>
              path === WRAPPERS ? { path, namespace: "system" } : null,
            );
            build.onLoad({ filter: /.*/, namespace: "system" }, () => ({
              contents: WRAPPERS_SOURCE,
              resolveDir: import.meta.dirname,
            }));
          },
        },
      ],
    });
    return result.outputFiles[0]!.text;
  });
  const { code, map } = await transformModule({ source: bundled, path: PATH });
  return { hash: createHash("sha256").update(code).digest("hex"), source: code, map };
}

/** The deployment as it is for an inline query: the module of the query is all the code of its component. */
export function inlineManifest(manifest: Manifest, component: string, { hash }: StoredModule): Manifest {
  const modules = [{ path: PATH, environment: "isolate" as const, hash }];
  const components = manifest.components.map((installed): ComponentManifest =>
    installed.path === component
      ? { ...installed, modules, functions: { [PATH]: ANALYZED } }
      : { ...installed, modules: [], functions: {} },
  );
  return { ...manifest, components };
}
