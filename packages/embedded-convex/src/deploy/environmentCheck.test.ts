import { v } from "convex/values";
import { describe, expect, it } from "vitest";
import { checkEnvironments } from "./environmentCheck.ts";
import { type EnvBinding, EMPTY_MANIFEST, type Manifest } from "./manifest.ts";

type Declared = [string, { type: "value"; value: string; optional?: boolean }];

const declare = (name: string, validator: unknown = v.string(), optional?: boolean): Declared => [
  name,
  { type: "value", value: JSON.stringify((validator as { json: unknown }).json), optional },
];

/** An app with one component inside. */
function app(declared: Declared[], inside: { declared: Declared[]; env: [string, EnvBinding][] }): Manifest {
  const base = EMPTY_MANIFEST.components[0]!;
  const metadata = (path: string, envVars: Declared[]) => ({
    path,
    definitionType: { type: "app" as const },
    childComponents: [],
    httpMounts: {},
    exports: { type: "branch" as const, branch: [] },
    envVars,
  });
  return {
    ...EMPTY_MANIFEST,
    metadata: { "": metadata("", declared), part: metadata("part", inside.declared) },
    components: [
      { ...base, children: { part: "part" } },
      { ...base, path: "part", definitionPath: "part", env: inside.env },
    ],
  };
}

const NOTHING = { declared: [], env: [] };

describe("declared environment variables", () => {
  it("must be set, unless they are optional", () => {
    const manifest = app([declare("A"), declare("B"), declare("C", v.string(), true)], NOTHING);
    expect(() => checkEnvironments(manifest, { A: "a", B: "" })).not.toThrow();
    expect(() => checkEnvironments(manifest, {})).toThrow("declared as required are not set: A, B. Set them");
  });

  it("must have a declared value", () => {
    const manifest = app([declare("LEVEL", v.union(v.literal("low"), v.literal("high")))], NOTHING);
    expect(() => checkEnvironments(manifest, { LEVEL: "high" })).not.toThrow();
    expect(() => checkEnvironments(manifest, { LEVEL: "medium" })).toThrow("Environment variable LEVEL:");
  });

  it("of a component are those that its parent binds, and are missing by the parent's name", () => {
    const bound: [string, EnvBinding][] = [
      ["KEY", { type: "envVar", name: "VAULT_KEY" }],
      ["LABEL", { type: "value", value: "text" }],
    ];
    const manifest = app([declare("VAULT_KEY", v.string(), true)], {
      declared: [declare("KEY"), declare("LABEL")],
      env: bound,
    });
    expect(() => checkEnvironments(manifest, { VAULT_KEY: "k" })).not.toThrow();
    expect(() => checkEnvironments(manifest, { KEY: "of the app, not of the component" })).toThrow(
      /not set: VAULT_KEY\./,
    );
    const unbound = app([], { declared: [declare("KEY")], env: [] });
    expect(() => checkEnvironments(unbound, { KEY: "k" })).toThrow("Component part needs the environment variable KEY");
  });
});
