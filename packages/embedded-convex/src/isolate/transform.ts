type Esbuild = typeof import("esbuild");

/** A module as the CLI pushes it. */
export interface ModuleSource {
  /** ECMAScript module source. */
  source: string;
  /** Its source map (JSON), when the CLI sent one. */
  sourceMap?: string | null;
  /** Path of the module, for example `messages.js` or `_deps/XYZ.js`. */
  path: string;
}

/** A module in the form a realm runs. */
export interface TransformedModule {
  /** The body of a CommonJS function `(exports, require, module)`. */
  code: string;
  /** Source map (JSON) from `code` to the sources that the CLI's map names, or to the pushed module without one. */
  map: string;
}

/**
 * esbuild's helper copies the exports of a module behind a second getter, which looks each up by name, whatever the module: a
 * function that is called across modules in a loop (the CLI splits code into chunks) would spend most of its time there. One
 * getter for each name keeps bindings live as well.
 */
const COPIED_EXPORTS = '__toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);';
const DIRECT_EXPORTS = '__toCommonJS = (mod) => __defProp(mod, "__esModule", { value: true });';

const SOURCE_MAP_COMMENT = /\n\/\/[#@] sourceMappingURL=[^\n]*\s*$/;

let users = 0;

/**
 * Runs `body` with esbuild, which is a process of its own: it is started for a push and ended after it, for a deployment at
 * rest should cost no more than it must.
 */
export async function withEsbuild<Result>(body: (esbuild: Esbuild) => Promise<Result>): Promise<Result> {
  users++;
  const esbuild = await import("esbuild");
  try {
    return await body(esbuild);
  } finally {
    if (--users === 0) await esbuild.stop();
  }
}

/**
 * Turns a pushed ES module into CommonJS. CommonJS in `vm.compileFunction` is the one form whose old versions V8 can
 * free (04a). Dynamic imports become deferred `require` calls. Throws esbuild's error for code that does not parse, and for
 * top-level await, which Convex does not have either.
 */
export async function transformModule(module: ModuleSource): Promise<TransformedModule> {
  const source = module.source.replace(SOURCE_MAP_COMMENT, "");
  const result = await withEsbuild((esbuild) =>
    esbuild.transform(source + inlineMap(module.sourceMap), {
      format: "cjs",
      target: "node24",
      supported: { "dynamic-import": false },
      sourcefile: module.path,
      sourcemap: "external",
      sourcesContent: false,
      logLevel: "silent",
    }),
  );
  return { code: result.code.replace(COPIED_EXPORTS, DIRECT_EXPORTS), map: result.map };
}

/** The CLI's map as a comment, which esbuild reads to compose both maps. */
function inlineMap(sourceMap: string | null | undefined): string {
  if (sourceMap === null || sourceMap === undefined) return "";
  return `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(sourceMap).toString("base64")}`;
}
