import { manifestCatalog } from "@patchbay/catalog/manifests";
import { emptyDefinition } from "@patchbay/core";
import type { Definition, DefinitionNode } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { addNode, moveNodes, remove, setConfigField } from "./commands.ts";
import { createEditorStore } from "./editorStore.ts";

const node = (id: number): DefinitionNode => ({
  id,
  type: "tools.delay",
  typeVersion: 1,
  config: {},
  position: { x: id * 100, y: 0 },
});

function setUp(
  definition: Definition = {
    ...emptyDefinition(),
    nodes: [node(1), node(2)],
    edges: [{ from: 1, to: 2, kind: "next" }],
  },
) {
  let nowMs = 0;
  const store = createEditorStore({ definition, nodeHighWaterMark: 4, catalog: manifestCatalog, now: () => nowMs });
  const state = () => store.getState();
  return {
    state,
    pass: (ms: number) => (nowMs += ms),
    type: (text: string) =>
      state().edit({ label: "Type", merge: "seconds", apply: (before) => setConfigField(before, 1, "seconds", text) }),
    add: () => {
      const id = state().takeNodeId();
      state().edit({ label: "Add", apply: (before) => addNode(before, node(id), { kind: "loose" }) });
      return id;
    },
    seconds: () => state().definition.nodes.find(({ id }) => id === 1)?.config.seconds,
    ids: () =>
      state()
        .definition.nodes.map(({ id }) => id)
        .sort((a, b) => a - b),
  };
}

describe("ids", () => {
  it("begin after everything that was ever saved, and never come back", () => {
    const test = setUp();
    expect(test.add()).toBe(5);
    test.state().undo();
    expect(test.add()).toBe(6);
    test.state().redo();
    expect(test.ids()).toEqual([1, 2, 6]);
  });
});

describe("undo and redo", () => {
  it("go back and forth, and name what they do", () => {
    const test = setUp();
    test.add();
    expect(test.state()).toMatchObject({ canUndo: true, undoLabel: "Add", canRedo: false });
    test.state().undo();
    expect(test.ids()).toEqual([1, 2]);
    expect(test.state()).toMatchObject({ canUndo: false, redoLabel: "Add" });
    test.state().redo();
    expect(test.ids()).toEqual([1, 2, 5]);
  });

  it("take back typing in one field as one step, unless there was a pause", () => {
    const test = setUp();
    test.type("1");
    test.pass(200);
    test.type("12");
    test.pass(5_000);
    test.type("123");
    test.state().undo();
    expect(test.seconds()).toBe("12");
    test.state().undo();
    expect(test.seconds()).toBeUndefined();
  });

  it("leave alone what somebody else changed meanwhile", () => {
    const test = setUp();
    test.type("1");
    const theirs = moveNodes(test.state().definition, new Map([[2, { x: 7, y: 7 }]]));
    test.state().receive(theirs);
    test.state().undo();
    expect(test.seconds()).toBeUndefined();
    expect(test.state().definition.nodes.find(({ id }) => id === 2)!.position).toEqual({ x: 7, y: 7 });
  });

  it("count as changes to save, news from elsewhere does not", () => {
    const test = setUp();
    test.type("1");
    test.state().undo();
    expect(test.state().changeCount).toBe(2);
    test.state().receive(emptyDefinition());
    expect(test.state().changeCount).toBe(2);
  });
});

describe("selection and panels", () => {
  it("let go of what is gone", () => {
    const test = setUp();
    test.state().select([1, 2], ["1 next 2"]);
    test.state().actions!.openNode(2);
    test.state().edit({
      label: "Delete",
      apply: (before) => remove(before, { nodes: new Set([2]), edges: new Set(), notes: new Set() }),
    });
    expect([...test.state().selectedNodes]).toEqual([]);
    expect(test.state().panel).toEqual({ kind: "none" });
  });
});

describe("watching a run", () => {
  const run = (state: string) => ({ state, operations: [], edgesTaken: [] }) as never;

  it("pauses editing while it is under way, and gives it back", () => {
    const test = setUp();
    test.state().watch("run");
    expect(test.state()).toMatchObject({ isPaused: true, actions: null });
    test.type("1");
    test.state().undo();
    expect(test.seconds()).toBeUndefined();
    test.state().showRun(run("succeeded"));
    test.type("1");
    expect(test.seconds()).toBe("1");
    expect(test.state().actions).not.toBeNull();
  });
});
