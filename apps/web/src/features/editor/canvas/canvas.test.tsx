import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { Definition } from "@patchbay/core";
import { TooltipProvider } from "@patchbay/ui";
import { act, cleanup, render, screen } from "@testing-library/react";
import { useStoreApi } from "@xyflow/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createEditorStore } from "../store/editorStore.ts";
import type { EditorStore } from "../store/editorStore.ts";
import { Canvas, CanvasProvider } from "./Canvas.tsx";
import type { CanvasEvents } from "./canvasEvents.ts";
import { CanvasStoreContext } from "./canvasState.ts";
import { startCountingRenders } from "./renderCounter.ts";

const COUNT = 500;
const chain = (): Definition => ({
  format: 1,
  nodes: Array.from({ length: COUNT }, (_, place) => ({
    id: place + 1,
    type: place === 0 ? "webhook.receive" : "tools.delay",
    typeVersion: 1,
    config: {},
    position: { x: (place % 25) * 180, y: Math.floor(place / 25) * 180 },
  })),
  edges: Array.from({ length: COUNT - 1 }, (_, place) => ({ from: place + 1, to: place + 2, kind: "next" as const })),
});

type FlowStore = ReturnType<typeof useStoreApi>;
let flow: FlowStore;
function Reach() {
  flow = useStoreApi();
  return null;
}

function events(store: EditorStore): CanvasEvents {
  return {
    onSelect: ({ nodes, edges, notes }) => store.getState().select(nodes, edges, notes),
    onNodeClick: vi.fn(),
    onEdgeClick: vi.fn(),
    onPaneClick: vi.fn(),
    onMoved: vi.fn(),
    onDroppedOnEdge: vi.fn(),
    canConnect: () => true,
    onConnect: vi.fn(),
    onCableDropped: vi.fn(),
    onNoteEdited: vi.fn(),
    onRefused: vi.fn(),
  };
}

function show(definition: Definition) {
  const store = createEditorStore({ definition, nodeHighWaterMark: 0, catalog: manifestCatalog, now: () => 0 });
  render(
    <TooltipProvider>
      <CanvasStoreContext value={store}>
        <CanvasProvider>
          <Canvas label="Test canvas" events={events(store)} hasMiniMap={false}>
            <Reach />
          </Canvas>
        </CanvasProvider>
      </CanvasStoreContext>
    </TooltipProvider>,
  );
  return store;
}

/** What React Flow does for each move of a drag. */
function dragTo(id: string, position: { x: number; y: number }) {
  const node = flow.getState().nodeLookup.get(id)!;
  act(() =>
    flow
      .getState()
      .updateNodePositions(
        new Map([[id, { ...node, position, internals: { positionAbsolute: position } }]]) as never,
        true,
      ),
  );
}

beforeAll(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal(
    "DOMMatrixReadOnly",
    class {
      m22 = 1;
    },
  );
});
afterEach(cleanup);

describe("a canvas of 500 nodes", () => {
  it("renders the dragged node, its two cables and nothing else during a drag", () => {
    show(chain());
    const stop = startCountingRenders();
    for (let step = 1; step <= 4; step += 1) dragTo("250", { x: step * 20, y: step * 20 });
    const renders = stop();
    expect(new Set(renders.keys())).toEqual(new Set([250, "249 next 250", "250 next 251"]));
    for (const count of renders.values()) expect(count).toBeLessThanOrEqual(5);
  });

  it("renders a node and its cables when it is selected", () => {
    const store = show(chain());
    const stop = startCountingRenders();
    act(() => store.getState().select([10]));
    expect(new Set(stop().keys())).toEqual(new Set([10, "9 next 10", "10 next 11"]));
  });

  it("renders one node when its config changes", () => {
    const store = show(chain());
    const stop = startCountingRenders();
    act(() =>
      store.getState().edit({
        label: "Change",
        apply: (definition) => ({
          ...definition,
          nodes: definition.nodes.map((node) => (node.id === 20 ? { ...node, config: { seconds: 5 } } : node)),
        }),
      }),
    );
    expect([...stop().keys()]).toEqual([20]);
    expect(screen.getByText("Wait 5 seconds")).toBeTruthy();
  });
});

describe("names", () => {
  it("tells nodes and cables to assistive technology", () => {
    const small = chain();
    show({ ...small, nodes: small.nodes.slice(0, 2), edges: small.edges.slice(0, 1) });
    expect(screen.getByRole("group", { name: "1: Webhooks, Receive a webhook, trigger" })).toBeTruthy();
    expect(screen.getByRole("group", { name: "Cable from 1 Webhooks to 2 Delay" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Add a node after Delay" })).toBeTruthy();
  });
});
