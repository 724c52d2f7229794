import { applyDiff, diffDefinitions, reverseDiff } from "@patchbay/core";
import type { Definition, DefinitionDiff } from "@patchbay/core";

/** A named change to a definition. Changes in a row with the same `merge` key undo together (typing in one field). */
export interface Change {
  label: string;
  apply: (definition: Definition) => Definition;
  merge?: string;
}

interface Step {
  label: string;
  diff: DefinitionDiff;
}

interface OpenStep {
  merge: string;
  before: Definition;
  atMs: number;
}

/** Changes with the same key further apart than this are separate steps. */
const MERGE_WITHIN_MS = 1_500;
const MAX_STEPS = 200;

/** The way back and forth, as diffs: undoing a change leaves alone what others have changed meanwhile. */
export function createHistory(now: () => number) {
  let undoSteps: Step[] = [];
  let redoSteps: Step[] = [];
  let open: OpenStep | null = null;

  return {
    record(change: Change, before: Definition, after: Definition): void {
      redoSteps = [];
      const atMs = now();
      const isContinued = open !== null && open.merge === change.merge && atMs - open.atMs < MERGE_WITHIN_MS;
      const since = isContinued && open ? open.before : before;
      const step = { label: change.label, diff: diffDefinitions(since, after) };
      undoSteps = [...(isContinued ? undoSteps.slice(0, -1) : undoSteps.slice(-MAX_STEPS + 1)), step];
      open = change.merge === undefined ? null : { merge: change.merge, before: since, atMs };
    },
    undo(definition: Definition): Definition | null {
      const step = undoSteps.at(-1);
      if (!step) return null;
      undoSteps = undoSteps.slice(0, -1);
      redoSteps = [...redoSteps, step];
      open = null;
      return applyDiff(definition, reverseDiff(step.diff));
    },
    redo(definition: Definition): Definition | null {
      const step = redoSteps.at(-1);
      if (!step) return null;
      redoSteps = redoSteps.slice(0, -1);
      undoSteps = [...undoSteps, step];
      open = null;
      return applyDiff(definition, step.diff);
    },
    /** Ends a step that further changes could have joined. */
    seal(): void {
      open = null;
    },
    view() {
      return {
        canUndo: undoSteps.length > 0,
        canRedo: redoSteps.length > 0,
        undoLabel: undoSteps.at(-1)?.label ?? null,
        redoLabel: redoSteps.at(-1)?.label ?? null,
      };
    },
  };
}
