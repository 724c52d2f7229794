import type { Definition } from "@patchbay/core";
import { ToastProvider, TooltipProvider } from "@patchbay/ui";
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createMemoryBackend } from "./backend/memoryBackend.ts";
import type { MemoryBackend, MemoryState } from "./backend/memoryBackend.ts";
import { EditorLoader } from "./ScenarioEditor.tsx";

vi.mock("next/link", () => ({
  default: ({ href, children, ...rest }: { href: string; children: ReactNode }) => (
    <a href={href} {...rest}>
      {children}
    </a>
  ),
}));
// Only the Convex backend and the connection dialog reach for the generated API; neither is used here.
vi.mock("@convex/api", () => ({ api: {} }));

const two = (): Definition => ({
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position: { x: 0, y: 0 } },
    { id: 2, type: "tools.delay", typeVersion: 1, config: { seconds: 1 }, position: { x: 180, y: 0 } },
  ],
  edges: [{ from: 1, to: 2, kind: "next" }],
});

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
  Element.prototype.scrollIntoView = () => undefined;
  Element.prototype.hasPointerCapture = () => false;
  Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
});
afterEach(cleanup);

async function open(definition?: Definition, patch?: Partial<MemoryState>): Promise<MemoryBackend> {
  const backend = createMemoryBackend(definition, patch);
  render(
    <TooltipProvider>
      <ToastProvider>
        <EditorLoader backend={backend} />
      </ToastProvider>
    </TooltipProvider>,
  );
  await screen.findByRole("button", { name: /^Publish/ });
  return backend;
}

const press = (key: string, target: Element = document.body, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(target, { key, ...more });
const stored = (backend: MemoryBackend) => JSON.parse(backend.state.getState().draft.definition) as Definition;
const node = (name: RegExp) => screen.findByRole("group", { name });

/** Picks by keyboard alone: what is typed, then Enter. */
async function pick(search: string) {
  const box = await screen.findByRole("combobox", { name: /.*/ });
  fireEvent.change(box, { target: { value: search } });
  await waitFor(() => expect(screen.getAllByRole("option")[0]!.getAttribute("aria-selected")).toBe("true"));
  press("Enter", box);
  await waitFor(() => expect(screen.queryByRole("combobox", { name: /Triggers|Apps/ })).toBeNull());
}

describe("drawing by keyboard", () => {
  it("begins with a trigger, adds after it, and saves by itself", async () => {
    const backend = await open();
    press("a");
    expect(await screen.findByText("What starts this scenario?")).toBeTruthy();
    await pick("webhook");
    await node(/^1: Webhooks/);
    press("Escape");
    press("a");
    await pick("delay");
    await node(/^2: Delay/);
    await waitFor(() => expect(stored(backend).edges).toEqual([{ from: 1, to: 2, kind: "next" }]), { timeout: 4_000 });
    expect(await screen.findByText("Saved")).toBeTruthy();
  });

  it("undoes, redoes, deletes and bridges", async () => {
    const backend = await open({
      ...two(),
      nodes: [...two().nodes, { ...two().nodes[1]!, id: 3 }],
      edges: [...two().edges, { from: 2, to: 3, kind: "next" }],
    });
    const second = await node(/^2: Delay/);
    second.focus();
    press("Delete", second);
    await waitFor(() => expect(screen.queryByRole("group", { name: /^2: Delay/ })).toBeNull());
    await waitFor(() => expect(stored(backend).edges).toEqual([{ from: 1, to: 3, kind: "next" }]), { timeout: 4_000 });
    press("z", document.body, { ctrlKey: true });
    await node(/^2: Delay/);
    press("y", document.body, { ctrlKey: true });
    await waitFor(() => expect(screen.queryByRole("group", { name: /^2: Delay/ })).toBeNull());
  });

  it("follows the cables with the arrows", async () => {
    await open(two());
    const first = await node(/^1: Webhooks/);
    first.focus();
    press("ArrowRight", first);
    expect(document.activeElement).toBe(await node(/^2: Delay/));
  });

  it("gives the focus back to the node when its settings close", async () => {
    await open(two());
    const second = await node(/^2: Delay/);
    second.focus();
    press("Enter", second);
    const settings = await screen.findByRole("dialog", { name: /^Settings of node 2/ });
    await waitFor(() => expect(document.activeElement).toBe(settings));
    press("Escape", settings);
    await waitFor(() => expect(document.activeElement).toBe(second));
  });
});

describe("saving", () => {
  const theirs = (change: (definition: Definition) => Definition) => (current: MemoryState) => ({
    draft: {
      ...current.draft,
      revision: current.draft.revision + 1,
      definition: JSON.stringify(change(two())),
      updatedBy: { name: "Ines" },
    },
  });
  const disableSecond = async () => {
    const second = await node(/^2: Delay/);
    second.focus();
    press(" ", second);
    press("x", second);
  };

  it("says what is kept while offline, and sends it later", async () => {
    const backend = await open(two());
    act(() => backend.state.setState({ isOnline: false }));
    await disableSecond();
    expect(await screen.findByText(/^Offline, 1 change kept/)).toBeTruthy();
    expect(stored(backend).nodes[1]!.disabled).toBeUndefined();
    act(() => backend.state.setState({ isOnline: true }));
    await waitFor(() => expect(stored(backend).nodes[1]!.disabled).toBe(true), { timeout: 4_000 });
  });

  it("shows at once what others saved", async () => {
    const backend = await open(two());
    act(() =>
      backend.state.setState(
        theirs((definition) => ({
          ...definition,
          nodes: [...definition.nodes, { ...definition.nodes[1]!, id: 9, name: "Theirs" }],
        })),
      ),
    );
    expect(await node(/^9: Theirs/)).toBeTruthy();
  });

  it("asks when two people changed the same field, and keeps the choice", async () => {
    const backend = await open(two());
    act(() => backend.state.setState({ isOnline: false }));
    await disableSecond();
    act(() =>
      backend.state.setState(
        theirs((definition) => ({
          ...definition,
          nodes: definition.nodes.map((each) => (each.id === 2 ? { ...each, disabled: false } : each)),
        })),
      ),
    );
    act(() => backend.state.setState({ isOnline: true }));
    fireEvent.click(await screen.findByRole("button", { name: "Resolve" }, { timeout: 4_000 }));
    const dialog = await screen.findByRole("dialog", { name: /changed by two people/ });
    expect(within(dialog).getByText("By Ines")).toBeTruthy();
    fireEvent.click(within(dialog).getByRole("button", { name: "Keep these choices" }));
    await waitFor(() => expect(stored(backend).nodes[1]!.disabled).toBe(true), { timeout: 4_000 });
  });
});

describe("publishing and running", () => {
  it("publishes with a label and says what is live", async () => {
    const backend = await open(two());
    fireEvent.click(screen.getByRole("button", { name: "Publish v1" }));
    const dialog = await screen.findByRole("dialog", { name: "Publish version 1" });
    fireEvent.change(within(dialog).getByLabelText("Label"), { target: { value: "First" } });
    fireEvent.click(within(dialog).getByRole("button", { name: "Publish v1" }));
    expect(await screen.findByText("v1 live")).toBeTruthy();
    expect(backend.state.getState().scenario).toMatchObject({ publishedVersion: 1, enabled: true });
  });

  it("refuses to publish what cannot run, and leads to the issues", async () => {
    await open({ ...two(), edges: [] });
    fireEvent.click(screen.getByRole("button", { name: "Publish v1" }));
    const dialog = await screen.findByRole("dialog", { name: "Publish version 1" });
    // The rules are loaded when the canvas has come to rest; until then the server's check is the only one.
    const publish = within(dialog).getByRole("button", { name: "Publish v1" });
    await waitFor(() => expect(publish.hasAttribute("disabled")).toBe(true), { timeout: 10_000 });
    fireEvent.click(within(dialog).getByRole("button", { name: "Show" }));
    expect(await screen.findByRole("region", { name: "Issues" })).toBeTruthy();
  });

  it("runs once with a payload, lights the nodes and pauses editing meanwhile", async () => {
    const backend = await open(two(), { runs: [liveRun()] });
    press("Enter", screen.getByRole("button", { name: /^Start with/ }));
    fireEvent.click(await screen.findByRole("menuitem", { name: /JSON payload/ }));
    fireEvent.change(await screen.findByLabelText("Payload"), { target: { value: '{"a":1}' } });
    fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Run once" }));
    expect(await screen.findByRole("button", { name: /^Node 2: 1 operation, running/ })).toBeTruthy();
    expect(backend.state.getState().started).toEqual(['{"a":1}']);
    expect(screen.getByText(/^Editing paused/)).toBeTruthy();
    act(() => backend.state.setState({ runs: [{ ...liveRun(), state: "succeeded", endedAt: 30 }] }));
    await waitFor(() => expect(screen.queryByText(/^Editing paused/)).toBeNull());
  });
});

function liveRun(): MemoryState["runs"][number] {
  const operation = { bundlePath: "1", attempts: [], input: {}, output: undefined, error: null, missing: [] };
  return {
    id: "run",
    scenarioId: "scenario",
    state: "running",
    source: { kind: "draft", revision: 1 },
    trigger: "manual",
    startedAt: 0,
    endedAt: null,
    operationCount: 2,
    error: null,
    failure: null,
    waitingUntil: null,
    waitReason: null,
    generation: 0,
    stopped: null,
    ahead: null,
    breaker: null,
    links: { from: null, to: [] },
    definition: two(),
    payload: {},
    operationsCut: false,
    operations: [
      { ...operation, id: "1", nodeId: 1, state: "succeeded", startedAt: 0, durationMs: 1 },
      { ...operation, id: "2", nodeId: 2, state: "running", startedAt: 1, durationMs: null },
    ],
    edgesTaken: [{ from: 1, to: 2, kind: "next", passed: 1, seen: 1 }],
  };
}
