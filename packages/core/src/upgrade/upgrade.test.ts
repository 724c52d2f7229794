import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../canonicalJson.ts";
import type { Definition, DefinitionNode } from "../definition/schema.ts";
import { applyDiff, diffDefinitions, reverseDiff } from "../diff/diff.ts";
import { normalizeDefinition } from "../diff/normalize.ts";
import { createManifestCatalog } from "../manifest/catalog.ts";
import type { ActionManifest, Manifest } from "../manifest/schema.ts";
import { definition as anyDefinition } from "../testing/arbitraries.ts";
import type { FindUpgrade, NodeConfig, NodeUpgrade } from "./types.ts";
import { upgradableNodes, upgradeNodes, upgradePaths } from "./upgrade.ts";

const textField = { type: "string" };

const action = (name: string, typeVersion: number, more: Partial<ActionManifest>): ActionManifest => ({
  name,
  label: name,
  description: name,
  typeVersion,
  effect: "read",
  input: { type: "object", properties: {} },
  ...more,
});
const input = (fields: Record<string, object>, required: string[] = []) => ({
  type: "object",
  properties: fields,
  required,
});
const output = (...fields: string[]) => ({
  type: "object",
  properties: Object.fromEntries(fields.map((name) => [name, textField])),
  additionalProperties: false,
});

const shop: Manifest = {
  name: "shop",
  version: "1.0.0",
  label: "Shop",
  description: "Shop",
  color: "#000000",
  icon: "box",
  category: "core",
  actions: [
    action("find", 1, { input: input({ customer: textField }), output: output("id", "name") }),
    action("find", 2, { input: input({ customerId: textField }), output: output("id", "name") }),
    action("find", 3, { input: input({ customerId: textField }), output: output("id", "title") }),
    action("search", 1, {
      input: input({ customerId: textField, limit: { type: "integer" } }, ["limit"]),
      output: output("id", "title"),
      effect: "idempotent",
    }),
  ],
  triggers: [
    {
      name: "order",
      label: "o",
      description: "o",
      typeVersion: 1,
      kind: "webhook",
      input: { type: "object", properties: {} },
    },
  ],
  connections: [],
};
const catalog = createManifestCatalog([shop]);

const steps: Record<string, NodeUpgrade> = {
  "shop.find@1": {
    to: { type: "shop.find", typeVersion: 2 },
    changes: "The customer is given by id.",
    upgrade: ({ customer, ...rest }) =>
      customer === "everybody"
        ? { ok: false, reason: "Choose a customer first." }
        : { ok: true, config: customer === undefined ? rest : { ...rest, customerId: customer } },
  },
  "shop.find@2": {
    to: { type: "shop.find", typeVersion: 3 },
    changes: "The name is called title.",
    upgrade: (config) => ({ ok: true, config }),
  },
  "shop.find@3": {
    to: { type: "shop.search", typeVersion: 1 },
    changes: "Several customers may be found.",
    upgrade: (config) => ({ ok: true, config: { ...config, ...(config.customerId !== "" && { limit: 1 }) } }),
  },
};
const findUpgrade: FindUpgrade = (type, typeVersion) => steps[`${type}@${typeVersion}`] ?? null;
const options = { catalog, findUpgrade };
const to = (typeVersion: number) => ({ type: "shop.find", typeVersion });

const node = (id: number, type: string, config: NodeConfig = {}): DefinitionNode => ({
  id,
  type,
  typeVersion: 1,
  config,
  position: { x: id, y: 0 },
});

function scenario(...nodes: DefinitionNode[]): Definition {
  const all = [node(1, "shop.order"), ...nodes];
  const edges = nodes.map(({ id }, index) => ({ from: all[index]!.id, to: id, kind: "next" as const }));
  return { format: 1, nodes: all, edges };
}

describe("upgrade paths", () => {
  it("list every typeVersion and type that can be reached, the nearest first", () => {
    expect(upgradePaths(to(1), findUpgrade)).toEqual([to(2), to(3), { type: "shop.search", typeVersion: 1 }]);
    expect(upgradePaths(to(4), findUpgrade)).toEqual([]);
  });

  it("come to an end where an integration leads in a circle", () => {
    const round: FindUpgrade = () => ({ to: to(1), changes: "", upgrade: (config) => ({ ok: true, config }) });
    expect(upgradePaths(to(1), round).length).toBeLessThanOrEqual(100);
  });
});

describe("upgrading a node", () => {
  it("carries its settings over and says what changed", () => {
    const before = scenario(node(2, "shop.find", { customer: "{{1.id}}" }));
    const { definition, reports } = upgradeNodes(before, [{ nodeId: 2, to: to(2) }], options);
    expect(definition.nodes[1]).toEqual({ ...before.nodes[1], typeVersion: 2, config: { customerId: "{{1.id}}" } });
    expect(reports).toMatchObject([
      {
        verdict: "ready",
        reasons: [],
        changes: ["The customer is given by id."],
        fields: [
          { path: ["typeVersion"], before: 1, after: 2 },
          { path: ["config", "customer"], before: "{{1.id}}" },
          { path: ["config", "customerId"], after: "{{1.id}}" },
        ],
      },
    ]);
  });

  it("leaves the node alone where the upgrade refuses, throws, or gives what the next form does not take", () => {
    const refused = (config: NodeConfig, findOther: FindUpgrade = findUpgrade) => {
      const before = scenario(node(2, "shop.find", config));
      const { definition, reports } = upgradeNodes(before, [{ nodeId: 2 }], { catalog, findUpgrade: findOther });
      expect(definition).toBe(before);
      expect(reports[0]?.verdict).toBe("refused");
      return reports[0]!.reasons.join(" ");
    };
    expect(refused({ customer: "everybody" })).toBe("Choose a customer first.");
    const broken: NodeUpgrade = {
      ...steps["shop.find@1"]!,
      upgrade: ({ customer }) => ({ ok: true, config: { customerId: (customer as string).trim() } }),
    };
    expect(refused({}, (type, typeVersion) => (typeVersion === 1 && type === "shop.find" ? broken : null))).toMatch(
      /cannot read this node's settings: /,
    );
    expect(refused({ customer: "" })).toMatch(/limit/);
    const gone: NodeUpgrade = { ...steps["shop.find@1"]!, to: to(9) };
    expect(refused({}, (_type, typeVersion) => (typeVersion === 1 ? gone : null))).toMatch(/version 9/);
  });

  it("wants a look where other nodes read what is no longer there, or lost results count differently", () => {
    const before = scenario(node(2, "shop.find", { customer: "7" }), node(3, "shop.find", { customer: "{{2.name}}" }));
    const third = upgradeNodes(before, [{ nodeId: 2, to: to(3) }], options);
    expect(third.reports[0]).toMatchObject({ verdict: "look", issues: [{ nodeId: 3, severity: "warning" }] });
    expect(third.reports[0]!.reasons.join()).toMatch(/name/);
    const alone = scenario(node(2, "shop.find", { customer: "7" }));
    const last = upgradeNodes(alone, [{ nodeId: 2 }], options);
    expect(last.reports[0]).toMatchObject({ verdict: "look", to: { type: "shop.search", typeVersion: 1 } });
    expect(last.reports[0]!.reasons.join()).toMatch(/"idempotent"/);
  });

  it("upgrades several on top of each other, and keeps to those that can be", () => {
    const before = scenario(
      node(2, "shop.find", { customer: "7" }),
      node(3, "shop.find", { customer: "everybody" }),
      node(4, "shop.find", { customer: "8" }),
    );
    const requests = upgradableNodes(before, findUpgrade).map((nodeId) => ({ nodeId, to: to(2) }));
    const { definition, reports } = upgradeNodes(before, [...requests, { nodeId: 99 }], options);
    expect(definition.nodes.map(({ typeVersion }) => typeVersion)).toEqual([1, 2, 1, 2]);
    expect(reports.map(({ verdict }) => verdict)).toEqual(["ready", "refused", "ready"]);
  });
});

describe("for any definition", () => {
  const bytesOf = (definition: Definition) => canonicalJson(normalizeDefinition(definition));
  const anyUpgrade: FindUpgrade = (_type, typeVersion) =>
    typeVersion === 1
      ? {
          to: { type: "shop.find", typeVersion: 2 },
          changes: "x",
          upgrade: (config) =>
            config.a === null ? { ok: false, reason: "a" } : { ok: true, config: { customerId: "x" } },
        }
      : null;

  it("an upgrade and its undo give back the same bytes, and only nodes that were not refused change", () => {
    fc.assert(
      fc.property(anyDefinition, (before) => {
        const requests = before.nodes.map(({ id }) => ({ nodeId: id }));
        const text = JSON.stringify(before);
        const { definition, reports } = upgradeNodes(before, requests, { catalog, findUpgrade: anyUpgrade });
        expect(JSON.stringify(before)).toBe(text);
        const diff = diffDefinitions(before, definition);
        expect(bytesOf(applyDiff(definition, reverseDiff(diff)))).toBe(bytesOf(before));
        const upgraded = reports.filter(({ verdict }) => verdict !== "refused").map(({ nodeId }) => nodeId);
        expect(diff.nodes.changed.map(({ id }) => id).sort()).toEqual(upgraded.sort());
      }),
    );
  });
});
