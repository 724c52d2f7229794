import type { Definition } from "@patchbay/core";
import { messageOf } from "../../../lib/errors.ts";
import type { DraftHead, SaveDraftResult } from "../backend/types.ts";

/**
 * Keeps the shared draft on the server equal to what is edited here.
 *
 * Invariants:
 * 1. A change is in the local log before anything else happens to it, and leaves it only when the server has it.
 * 2. At most one save is under way; each names the revision it was made from (compare-and-set).
 * 3. When the server's head moved on, both are merged three ways against the last common definition; only when fields
 *    truly conflict does a person choose, and nothing is sent until they have.
 */

export type SaveState =
  | { kind: "saved"; atMs: number }
  | { kind: "pending"; changes: number }
  | { kind: "saving"; changes: number }
  | { kind: "offline"; changes: number; sinceMs: number }
  | { kind: "conflict"; changes: number; conflict: DraftConflict }
  | { kind: "refused"; changes: number; message: string };

export interface DraftConflict {
  base: Definition;
  ours: Definition;
  theirs: Definition;
  head: DraftHead;
}

export interface LogEntry {
  baseRevision: number;
  base: Definition;
  definition: Definition;
  changes: number;
  atMs: number;
}

/** Survives a reload, a crash and being offline. One entry per person and scenario. */
export interface LocalLog {
  read: () => Promise<LogEntry | null>;
  write: (entry: LogEntry) => Promise<void>;
  clear: () => Promise<void>;
}

export type MergeOutcome = { kind: "merged"; definition: Definition } | { kind: "conflict" };

export interface DraftSaverOptions {
  head: { revision: number; definition: Definition; updatedAt: number };
  save: (args: { baseRevision: number; definition: string }) => Promise<SaveDraftResult>;
  parse: (json: string) => Definition;
  merge: (base: Definition, ours: Definition, theirs: Definition) => MergeOutcome;
  log: LocalLog;
  clock: SaverClock;
  /** The definition is now another one, by a merge or because others saved and nothing was changed here. */
  onReceive: (definition: Definition) => void;
  onState: (state: SaveState) => void;
}

export interface SaverClock {
  now: () => number;
  setTimeout: (act: () => void, ms: number) => unknown;
  clearTimeout: (timer: unknown) => void;
}

/** Pause after the last change before it is saved, and the longest that changes in a row can put it off. */
const QUIET_MS = 900;
const LONGEST_MS = 10_000;
const RETRY_MS = 3_000;

export interface DraftSaver {
  /** The definition was changed here. */
  change: (definition: Definition) => void;
  /** Saves now; resolves with the revision that holds everything changed until now, or null when that is not possible. */
  flush: () => Promise<number | null>;
  /** The server's head is this now (a subscription's news, maybe of our own saves). */
  receiveHead: (head: DraftHead) => void;
  setOnline: (isOnline: boolean) => void;
  /** Ends a conflict with the definition that a person put together. */
  resolve: (definition: Definition) => void;
  /** Takes over what a former session could not save. */
  recover: (entry: LogEntry) => void;
  getState: () => SaveState;
  getRevision: () => number;
  hasUnsaved: () => boolean;
  dispose: () => void;
}

export function createDraftSaver(options: DraftSaverOptions): DraftSaver {
  const { clock, log } = options;
  let revision = options.head.revision;
  let base = options.head.definition;
  let ours = base;
  let savedAtMs = options.head.updatedAt;
  let changes = 0;
  let isOnline = true;
  let offlineSinceMs = 0;
  let inFlight: Promise<void> | null = null;
  let timer: unknown = null;
  let dirtySinceMs: number | null = null;
  let conflict: DraftConflict | null = null;
  let refusal: string | null = null;
  let isDisposed = false;

  const state = (): SaveState => {
    if (conflict) return { kind: "conflict", changes, conflict };
    if (refusal !== null) return { kind: "refused", changes, message: refusal };
    if (!isOnline && changes > 0) return { kind: "offline", changes, sinceMs: offlineSinceMs };
    if (inFlight) return { kind: "saving", changes };
    return changes > 0 ? { kind: "pending", changes } : { kind: "saved", atMs: savedAtMs };
  };
  const tell = () => {
    if (!isDisposed) options.onState(state());
  };
  const writeLog = () => void log.write({ baseRevision: revision, base, definition: ours, changes, atMs: clock.now() });

  const schedule = (delayMs: number) => {
    if (timer !== null) clock.clearTimeout(timer);
    timer = clock.setTimeout(() => {
      timer = null;
      void start();
    }, delayMs);
  };

  const start = (): Promise<void> => {
    if (inFlight) return inFlight;
    if (changes === 0 || conflict || !isOnline || isDisposed) return Promise.resolve();
    if (timer !== null) clock.clearTimeout(timer);
    timer = null;
    inFlight = saveOnce().finally(() => {
      inFlight = null;
      tell();
      if (changes > 0 && !conflict && refusal === null && isOnline) schedule(QUIET_MS);
    });
    tell();
    return inFlight;
  };

  const saveOnce = async () => {
    const sent = ours;
    const sentChanges = changes;
    let result: SaveDraftResult;
    try {
      result = await options.save({ baseRevision: revision, definition: JSON.stringify(sent) });
    } catch (error) {
      // The change stays in the log; the person sees why, and it is tried again.
      refusal = messageOf(error);
      schedule(RETRY_MS);
      return;
    }
    refusal = null;
    if (result.kind === "ok") settle(sent, sentChanges, result.revision, result.updatedAt);
    else if (result.kind === "conflict") meet(result.head);
    else refusal = result.issues[0]?.message ?? "The server refused this draft.";
  };

  const settle = (sent: Definition, sentChanges: number, nextRevision: number, atMs: number) => {
    revision = Math.max(revision, nextRevision);
    base = sent;
    savedAtMs = atMs;
    changes -= sentChanges;
    dirtySinceMs = changes > 0 ? clock.now() : null;
    if (changes === 0) void log.clear();
    else writeLog();
  };

  /** Another head than ours: merge, or ask. */
  const meet = (head: DraftHead) => {
    const theirs = options.parse(head.definition);
    const outcome = options.merge(base, ours, theirs);
    if (outcome.kind === "conflict") {
      conflict = { base, ours, theirs, head };
      return;
    }
    adopt(head, theirs, outcome.definition);
  };

  const adopt = (head: DraftHead, theirs: Definition, definition: Definition) => {
    revision = head.revision;
    base = theirs;
    ours = definition;
    savedAtMs = head.updatedAt;
    options.onReceive(definition);
    if (changes > 0) writeLog();
  };

  return {
    change(definition) {
      ours = definition;
      changes += 1;
      dirtySinceMs ??= clock.now();
      refusal = null;
      writeLog();
      if (conflict) conflict = { ...conflict, ours };
      const waitedMs = clock.now() - dirtySinceMs;
      if (!inFlight && !conflict) schedule(Math.max(0, Math.min(QUIET_MS, LONGEST_MS - waitedMs)));
      tell();
    },
    async flush() {
      // Twice: changes made while a save was under way need one of their own.
      for (let round = 0; round < 3 && changes > 0; round += 1) await start();
      return changes === 0 && !conflict ? revision : null;
    },
    receiveHead(head) {
      if (head.revision <= revision || inFlight || conflict) return;
      if (changes === 0) {
        const theirs = options.parse(head.definition);
        adopt(head, theirs, theirs);
      } else meet(head);
      tell();
    },
    setOnline(next) {
      if (next === isOnline) return;
      isOnline = next;
      offlineSinceMs = clock.now();
      if (isOnline && changes > 0) schedule(0);
      tell();
    },
    resolve(definition) {
      if (!conflict) return;
      const { head, theirs } = conflict;
      conflict = null;
      changes = Math.max(1, changes);
      adopt(head, theirs, definition);
      schedule(0);
      tell();
    },
    recover(entry) {
      const head = { revision, definition: JSON.stringify(base), updatedAt: savedAtMs, updatedBy: null };
      const theirs = base;
      ours = entry.definition;
      base = entry.base;
      changes = Math.max(1, entry.changes);
      dirtySinceMs = clock.now();
      if (entry.baseRevision === revision) {
        base = theirs;
        options.onReceive(ours);
        writeLog();
      } else meet(head);
      if (!conflict) schedule(0);
      tell();
    },
    getState: state,
    getRevision: () => revision,
    hasUnsaved: () => changes > 0,
    dispose() {
      isDisposed = true;
      if (timer !== null) clock.clearTimeout(timer);
    },
  };
}
