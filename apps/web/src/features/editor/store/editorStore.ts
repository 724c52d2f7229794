import type { CallableScenarios, Definition, Issue, ManifestCatalog, NodeId } from "@patchbay/core";
import { createStore } from "zustand";
import type { StoreApi } from "zustand";
import type { RunDetail } from "@/features/runs/runModel.ts";
import type { CanvasState, IssueCounts, PickerTarget } from "../canvas/canvasState.ts";
import { buildOverlay, isLive, reuseUnchanged } from "../run/runOverlay.ts";
import type { EdgeKey } from "./definitionIndex.ts";
import { edgeKey, indexDefinition } from "./definitionIndex.ts";
import { createHistory } from "./history.ts";
import type { Change } from "./history.ts";

/** What is open beside or over the canvas; one thing at a time. */
export type Panel =
  | { kind: "none" }
  | { kind: "node"; nodeId: NodeId; takesFocus: boolean }
  | { kind: "filter"; edge: EdgeKey }
  | { kind: "issues" }
  /** The upgrades of some nodes, or of all that have one. */
  | { kind: "upgrades"; nodeIds: readonly NodeId[] | null };

export interface EditorState extends CanvasState {
  highWaterMark: NodeId;
  issues: readonly Issue[];
  panel: Panel;
  picker: PickerTarget | null;
  watchedRunId: string | null;
  /** The watched run as it stands; null until it has loaded. */
  watchedRun: RunDetail | null;
  /** Set while the watched run is under way: the canvas shows what runs, not what one would like to have. */
  isPaused: boolean;
  canUndo: boolean;
  canRedo: boolean;
  /** What undo would take back, for its tooltip. */
  undoLabel: string | null;
  redoLabel: string | null;
  /** Rises with every change made here; what the saver listens to. */
  changeCount: number;

  /** Replaces the definition by what `change` makes of it, undoable. Does nothing while paused. */
  edit: (change: Change) => void;
  undo: () => void;
  redo: () => void;
  /** Takes over what came from elsewhere (another person, a merge); not undoable, local undo steps stay. */
  receive: (definition: Definition) => void;
  /** Reserves the next free node id. Ids are never given twice, not even after an undo. */
  takeNodeId: () => NodeId;
  select: (nodes: Iterable<NodeId>, edges?: Iterable<EdgeKey>, notes?: Iterable<string>) => void;
  setPanel: (panel: Panel) => void;
  setIssues: (issues: readonly Issue[]) => void;
  setCallables: (callables: CallableScenarios | undefined) => void;
  watch: (runId: string | null) => void;
  /** Shows how the watched run stands; editing is paused while it is under way. */
  showRun: (run: RunDetail) => void;
}

export type EditorStore = StoreApi<EditorState>;

export interface EditorStoreOptions {
  definition: Definition;
  nodeHighWaterMark: NodeId;
  catalog: ManifestCatalog;
  now: () => number;
}

/** One editor's state: the definition that is edited, what is selected and open, and the way back. */
export function createEditorStore({ definition, nodeHighWaterMark, catalog, now }: EditorStoreOptions): EditorStore {
  const history = createHistory(now);
  return createStore<EditorState>((set, get) => {
    const replace = (next: Definition) =>
      set((state) => ({
        definition: next,
        highWaterMark: Math.max(state.highWaterMark, ...next.nodes.map((node) => node.id)),
        changeCount: state.changeCount + 1,
        ...history.view(),
        ...keepExisting(state, next),
      }));
    const actions: CanvasState["actions"] = {
      openNode: (id, how) =>
        set({
          panel: { kind: "node", nodeId: id, takesFocus: how === "focus" },
          inspected: null,
          selectedNodes: new Set([id]),
          selectedEdges: new Set(),
          selectedNotes: new Set(),
        }),
      openFilter: (edge) => set({ panel: { kind: "filter", edge } }),
      openPicker: (target) => set({ picker: target, panel: { kind: "none" } }),
    };
    return {
      definition,
      catalog,
      highWaterMark: Math.max(nodeHighWaterMark, 0, ...definition.nodes.map((node) => node.id)),
      selectedNodes: new Set(),
      selectedEdges: new Set(),
      selectedNotes: new Set(),
      overlay: null,
      inspected: null,
      issues: [],
      issueCounts: new Map(),
      panel: { kind: "none" },
      picker: null,
      watchedRunId: null,
      watchedRun: null,
      isPaused: false,
      changeCount: 0,
      ...history.view(),
      actions,

      edit: (change) => {
        if (get().isPaused) return;
        const before = get().definition;
        const after = change.apply(before);
        if (after === before) return;
        history.record(change, before, after);
        replace(after);
      },
      undo: () => {
        const next = get().isPaused ? null : history.undo(get().definition);
        if (next) replace(next);
      },
      redo: () => {
        const next = get().isPaused ? null : history.redo(get().definition);
        if (next) replace(next);
      },
      receive: (next) => {
        history.seal();
        set((state) => ({
          definition: next,
          highWaterMark: Math.max(state.highWaterMark, ...next.nodes.map((node) => node.id)),
          ...keepExisting(state, next),
        }));
      },
      takeNodeId: () => {
        const id = get().highWaterMark + 1;
        set({ highWaterMark: id });
        return id;
      },
      select: (nodes, edges = [], notes = []) =>
        set({ selectedNodes: new Set(nodes), selectedEdges: new Set(edges), selectedNotes: new Set(notes) }),
      setPanel: (panel) => set({ panel, ...(panel.kind === "none" ? {} : { picker: null }) }),
      setCallables: (callables) => set({ callables }),
      setIssues: (issues) => set((state) => ({ issues, issueCounts: countIssues(state.issueCounts, issues) })),
      watch: (runId) =>
        set({
          watchedRunId: runId,
          watchedRun: null,
          inspected: null,
          overlay: null,
          isPaused: runId !== null,
          actions: runId === null ? actions : null,
          ...(runId === null ? {} : closed),
        }),
      showRun: (run) =>
        set((state) => {
          const isPaused = isLive(run);
          return {
            watchedRun: run,
            overlay: reuseUnchanged(state.overlay, buildOverlay(run.operations, run.edgesTaken)),
            isPaused,
            actions: isPaused ? null : actions,
          };
        }),
      inspect: (id) => set({ inspected: id, ...closed }),
    };
  });
}

const closed = { panel: { kind: "none" }, picker: null } as const;

/** Selection and panels must not point at what is gone. */
function keepExisting(state: EditorState, next: Definition): Partial<EditorState> {
  const index = indexDefinition(next);
  const nodes = [...state.selectedNodes].filter((id) => index.nodes.has(id));
  const edges = [...state.selectedEdges].filter((key) => index.edges.has(key));
  const patch: Partial<EditorState> = {};
  if (nodes.length !== state.selectedNodes.size) patch.selectedNodes = new Set(nodes);
  if (edges.length !== state.selectedEdges.size) patch.selectedEdges = new Set(edges);
  const { panel } = state;
  if (panel.kind === "node" && !index.nodes.has(panel.nodeId)) patch.panel = { kind: "none" };
  if (panel.kind === "filter" && !index.edges.has(panel.edge)) patch.panel = { kind: "none" };
  if (state.inspected !== null && !index.nodes.has(state.inspected)) patch.inspected = null;
  return patch;
}

function countIssues(
  previous: ReadonlyMap<NodeId, IssueCounts>,
  issues: readonly Issue[],
): ReadonlyMap<NodeId, IssueCounts> {
  const counts = new Map<NodeId, IssueCounts>();
  for (const issue of issues) {
    const nodeId = issue.nodeId;
    if (nodeId === undefined) continue;
    const before = counts.get(nodeId) ?? { errors: 0, warnings: 0 };
    counts.set(nodeId, {
      errors: before.errors + (issue.severity === "error" ? 1 : 0),
      warnings: before.warnings + (issue.severity === "warning" ? 1 : 0),
    });
  }
  // The same object for the same counts: a node whose counts stay is not rendered again.
  for (const [id, count] of counts) {
    const known = previous.get(id);
    if (known && known.errors === count.errors && known.warnings === count.warnings) counts.set(id, known);
  }
  return counts;
}

/** Issues that belong to an edge, for its filter editor. */
export const issuesOfEdge = (issues: readonly Issue[], key: EdgeKey): Issue[] =>
  issues.filter((issue) => issue.edge && edgeKey(issue.edge) === key);
