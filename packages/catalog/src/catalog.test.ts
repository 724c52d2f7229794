import { readFileSync } from "node:fs";
import { checkManifest } from "@patchbay/sdk/testing";
import { describe, expect, it } from "vitest";
import { generateFiles } from "../scripts/generate.mjs";
import { integrations } from "./generated/integrations.ts";
import { manifestCatalog, manifests } from "./manifests.ts";
import { findAction, findConnection } from "./runtime.ts";

describe("the generated files", () => {
  it("are up to date (else: node packages/catalog/scripts/generate.mjs)", async () => {
    const files: Record<string, string> = await generateFiles();
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(new URL(`generated/${name}`, import.meta.url), "utf8"), name).toBe(text);
    }
  });
});

describe("manifests", () => {
  it.each(integrations.map((integration) => [integration.manifest.name, integration] as const))(
    "%s keeps the rules",
    (_name, integration) => {
      expect(checkManifest(integration)).toEqual([]);
    },
  );

  it("know every node type of the first set", () => {
    const roles = [
      ["webhook.receive", "trigger"],
      ["webhook.respond", "action"],
      ["http.request", "action"],
      ["tools.setVariables", "action"],
      ["tools.delay", "action"],
      ["tools.iterate", "action"],
      ["tools.aggregate", "action"],
      ["router.route", "action"],
      ["error.resume", "action"],
      ["error.ignore", "action"],
      ["error.break", "action"],
    ] as const;
    expect(roles.map(([type]) => manifestCatalog.getNodeKind(type, 1)?.role)).toEqual(roles.map(([, role]) => role));
    expect(manifestCatalog.getConnectionType("http.bearer")?.label).toBe("Bearer token");
  });

  it("come from a module that imports no integration", () => {
    const source = readFileSync(new URL("manifests.ts", import.meta.url), "utf8");
    const imported = [...source.matchAll(/from "([^"]+)"/g)].map((match) => match[1]);
    expect(imported).toEqual(["@patchbay/core", "./generated/manifests.json"]);
  });
});

describe("runtime", () => {
  it("has the code of every action and connection type in the manifests", () => {
    for (const manifest of manifests) {
      for (const { name, typeVersion, effect, control } of manifest.actions) {
        const action = findAction(`${manifest.name}.${name}`, typeVersion);
        expect(action).toMatchObject({ effect });
        const runs = [action?.runPure !== undefined, action?.run !== undefined];
        expect(runs, `${manifest.name}.${name}`).toEqual([effect === "pure" && !control, effect !== "pure"]);
      }
      for (const { name } of manifest.connections) expect(findConnection(`${manifest.name}.${name}`)).not.toBeNull();
    }
  });

  it.each([
    ["http.unknown", 1],
    ["http.request", 3],
    ["unknown.request", 1],
    ["http", 1],
    ["constructor.constructor", 1],
  ])("has no code for %s in typeVersion %i", (type, typeVersion) => {
    expect(findAction(type, typeVersion)).toBeNull();
    expect(findConnection(type)).toBeNull();
  });
});
