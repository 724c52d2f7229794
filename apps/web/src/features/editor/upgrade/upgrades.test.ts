import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { Definition, DefinitionNode } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { applyUpgrades, outdatedNodes, upgradeChanges } from "./upgrades.ts";

const node = (id: number, typeVersion: number): DefinitionNode => ({
  id,
  type: "http.request",
  typeVersion,
  config: { url: "https://shop.test" },
  position: { x: 0, y: 0 },
});
const definition: Definition = { format: 1, nodes: [node(1, 1), node(2, 2), node(3, 99)], edges: [] };

describe("upgrades in the editor", () => {
  it("are offered for nodes that the manifests know a newer version of", () => {
    expect(outdatedNodes(manifestCatalog, definition)).toEqual([1]);
    expect(upgradeChanges(manifestCatalog, node(1, 1))).toMatch(/seconds/);
  });

  it("change type, version and settings, and leave alone what was moved or named meanwhile", () => {
    const moved = { ...definition, nodes: [{ ...node(1, 1), name: "Shop", position: { x: 9, y: 9 } }, node(2, 2)] };
    const after = applyUpgrades(moved, [{ ...node(1, 2), config: { timeoutSeconds: 1 } }]);
    expect(after.nodes[0]).toEqual({ ...moved.nodes[0], typeVersion: 2, config: { timeoutSeconds: 1 } });
    expect(after.nodes[1]).toBe(moved.nodes[1]);
  });
});
