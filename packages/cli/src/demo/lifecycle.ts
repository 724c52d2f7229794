import type { Definition } from "@patchbay/core";
import { ApiError, type RunDetail } from "./api.ts";
import type { DemoContext } from "./demo.ts";
import { lineIds, type Order } from "./orders.ts";
import type { FinishedRun } from "./report.ts";

export interface LifecycleReport {
  problems: string[];
  /** Lines that reached the receiver beyond those of the posted file. */
  linesSent: number;
}

const HOLD_SECONDS = 3_600;

/** Collects what is wrong and goes on, so that one run of the demo shows all of it. */
class Checks {
  readonly problems: string[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Carries out a step; what it returns or throws is what is wrong. */
  async step(name: string, work: () => Promise<(string | false)[]>): Promise<void> {
    const faults = await work().then(
      (found) => found.filter((fault) => fault !== false),
      (error: unknown) => [error instanceof Error ? error.message : String(error)],
    );
    this.problems.push(...faults.map((fault) => `${name}: ${fault}`));
    this.#say(`${faults.length === 0 ? "✓" : "✗"} ${name}`);
  }
}

/** A change, published in the middle of runs; back again; then runs that are stopped, retried and replayed. */
export async function walkLifecycle(context: DemoContext, firstRuns: readonly FinishedRun[]): Promise<LifecycleReport> {
  const { api, scenario, poster, watcher, receiver, signal } = context;
  const checks = new Checks(context.say);
  const order = (name: string, change: Partial<Order>): Order => ({
    id: `${name}-${context.tag}`,
    express: true,
    items: [],
    customer: { name: "Lifecycle" },
    ...change,
  });
  const post = (body: Order) => poster.post(body, { idempotencyKey: body.id });
  const line = { sku: "LAMP-01", quantity: 1, price: 39.9 };
  const failing = order("failing", { items: [line], express: false });
  const [failingLine = ""] = lineIds(failing);
  receiver.refuse(failingLine);
  let heldRun = "";
  let failingRun = "";

  await checks.step("Changed the draft and published version 2", async () => {
    const { draft } = await api.getScenario(scenario.id);
    await api.saveDraft(scenario.id, draft.revision, addHoldAndBreak(draft.definition));
    const { number } = await api.publish(scenario.id, "Hold orders, keep failures");
    const stale = await statusOf(api.saveDraft(scenario.id, draft.revision, draft.definition));
    return [
      number !== 2 && `the number is ${number}`,
      stale !== 409 && `a stale revision was answered ${stale} instead of 409`,
    ];
  });
  await checks.step("A run of version 2 waits, another one keeps its failure", async () => {
    heldRun = await post(order("held", { express: false, hold: HOLD_SECONDS }));
    failingRun = await post(failing);
    const held = await watcher.waitForState(heldRun, "waiting");
    const failed = await watcher.waitForState(failingRun, "incomplete");
    return [...isPinned(held, 2), ...isPinned(failed, 2)];
  });
  await checks.step("Rolled back: version 3 has the content of version 1", async () => {
    const { number } = await api.rollback(scenario.id, 1);
    const [third, second, first] = await api.listVersions(scenario.id);
    const { publishedVersion, draft } = await api.getScenario(scenario.id);
    const states = [third, second, first].map((version) => version?.state).join(", ");
    return [
      number !== 3 && `the number is ${number}`,
      publishedVersion !== 3 && `version ${publishedVersion} is published`,
      states !== "published, superseded, superseded" && `the versions are ${states}`,
      third?.restoredFrom !== 1 && `version 3 is restored from ${third?.restoredFrom}`,
      third?.contentHash !== first?.contentHash && "the contents differ",
      !draft.definition.nodes.some((node) => node.type === "tools.delay") && "the draft lost the changes of version 2",
    ];
  });
  await checks.step("Runs keep the version they began with; new ones take version 3", async () => {
    const held = await api.getRun(heldRun);
    const third = await watcher.waitForState(await post(order("third", {})), "succeeded");
    const ofFirst = await api.listRuns(scenario.id, { version: 1 });
    return [
      held.state !== "waiting" && `the waiting run is ${held.state}`,
      ...isPinned(held, 2),
      ...isPinned(third, 3),
      ofFirst.length !== firstRuns.length && `version 1 lists ${ofFirst.length} runs instead of ${firstRuns.length}`,
    ];
  });
  await checks.step("Stopped the waiting run", async () => {
    await api.cancelRun(heldRun);
    await watcher.waitForState(heldRun, "cancelled");
    return [];
  });
  await checks.step("Retried the failed run from where it stopped", async () => {
    receiver.accept(failingLine);
    await api.retryRun(failingRun);
    await watcher.waitForLeaving(failingRun, "incomplete");
    const run = await watcher.waitForState(failingRun, "succeeded");
    return [...isPinned(run, 2), !receiver.has(failingLine) && "its line never arrived"];
  });
  await checks.step("Replayed a run, and posted the same webhook twice", async () => {
    const body = order("replayed", {});
    const runId = await post(body);
    await watcher.waitForState(runId, "succeeded");
    const again = await post(body);
    const replay = await api.replayRun(runId);
    const replayed = await watcher.waitForState(replay.runId, "succeeded");
    return [
      again !== runId && "the repeated Idempotency-Key started another run",
      replay.runId === runId && "the replay is the same run",
      ...isPinned(replayed, 3),
    ];
  });
  await checks.step("Switched the scenario off: its webhook is gone", async () => {
    const { enabled } = await api.setEnabled(scenario.id, false);
    const { status } = await poster.send(order("late", {}), `late-${context.tag}`);
    return [enabled && "it is still enabled", status !== 404 && `the webhook answered ${status} instead of 404`];
  });
  signal.throwIfAborted();
  return { problems: checks.problems, linesSent: receiver.has(failingLine) ? 1 : 0 };
}

function isPinned(run: RunDetail, number: number): string[] {
  if (run.source.kind === "version" && run.source.number === number) return [];
  const { source } = run;
  return [
    `run ${run.id} runs ${source.kind === "version" ? `version ${source.number}` : "a draft"}, not version ${number}`,
  ];
}

async function statusOf(request: Promise<unknown>): Promise<number> {
  try {
    await request;
    return 200;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}

/** Version 2: a third route that holds an order back, and an error route that keeps a run whose line was refused. */
function addHoldAndBreak(definition: Definition): Definition {
  const position = (x: number, y: number) => ({ x, y });
  return {
    ...definition,
    nodes: [
      ...definition.nodes,
      {
        id: 7,
        type: "tools.delay",
        typeVersion: 1,
        name: "Hold back",
        config: { seconds: "{{1.body.hold}}" },
        position: position(560, 440),
      },
      { id: 8, type: "error.break", typeVersion: 1, config: {}, position: position(1280, 240) },
    ],
    edges: [
      ...definition.edges,
      {
        from: 2,
        to: 7,
        kind: "next",
        order: 2,
        filter: { label: "On hold", conditions: [[{ left: "{{1.body.hold}}", operator: "exists" }]] },
      },
      { from: 5, to: 8, kind: "error" },
    ],
  };
}
