import { beforeEach, describe, expect, it } from "vitest";
import { type Caller, NOBODY } from "../auth/caller.ts";
import { SyncHub } from "./hub.ts";
import type { LiveChanges, LiveRequest, LiveResult } from "./liveQueries.ts";
import type { Outbox } from "./outbox.ts";
import { SessionView } from "./sessionView.ts";

interface Transition {
  startVersion: { querySet: number; identity: number; ts: string };
  endVersion: { querySet: number; identity: number; ts: string };
  modifications: { type: string; queryId: number; value?: unknown }[];
}

/** A transactor that gives each path a live query of its own, except for those that ask who is looking. */
class FakeTransactor {
  readonly live = new Map<string, number>();
  subscribed: LiveRequest[] = [];
  unsubscribed: number[] = [];
  ts = "10";
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();

  async subscribe({ request }: { request: LiveRequest }): Promise<{ live: number; ts: string }> {
    this.subscribed.push(request);
    const key = request.path.startsWith("who") ? `${request.path} ${request.identity}` : request.path;
    const known = this.live.get(key);
    const live = known ?? this.live.size + 1;
    this.live.set(key, live);
    if (known === undefined) hub.onSync({ ts: this.ts, changes: changed(live, JSON.stringify(key)), putOff: [] });
    await this.gate;
    return { live, ts: this.ts };
  }

  caughtUp: string[][] = [];

  catchUp({ sessions }: { sessions: string[] }): void {
    this.caughtUp.push(sessions);
  }

  unsubscribe({ subscriptions }: { subscriptions: number[] }): void {
    this.unsubscribed.push(...subscriptions);
  }
}

let transactor: FakeTransactor;
let hub: SyncHub;
let view: SessionView;
let sent: Transition[];
let isFull: boolean;
let now: number;

beforeEach(() => {
  transactor = new FakeTransactor();
  now = 0;
  hub = new SyncHub(
    {
      subscribe: (call) => transactor.subscribe(call),
      unsubscribe: (call) => transactor.unsubscribe(call),
      catchUp: (call) => transactor.catchUp(call),
    },
    () => now,
  );
  sent = [];
  isFull = false;
  const outbox = {
    get isFull() {
      return isFull;
    },
    sendTransition: (text: string) => sent.push(JSON.parse(text) as Transition),
  };
  view = new SessionView("session", {
    hub,
    outbox: outbox as unknown as Outbox,
    viewer: () => ({ seesErrors: true }),
    onFailure: (error) => {
      throw error;
    },
  });
});

const ann: Caller = { ...NOBODY, identity: '"ann"' };

function changed(live: number, value: string): LiveChanges {
  const result: LiveResult = { ok: true, value, data: null, logs: [], journal: null, requestId: "" };
  return { changed: [{ live, result }], rebound: [] };
}

async function look(...paths: string[]): Promise<void> {
  const modifications = paths.map((udfPath, queryId) => {
    return { type: "Add" as const, queryId, udfPath, args: "{}", journal: null, componentPath: "" };
  });
  await view.modify({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications }, NOBODY);
}

const valuesOf = ({ modifications }: Transition) => modifications.map(({ queryId, value }) => [queryId, value]);
const sync = (ts: string, live: number, value: string, putOff: number[] = []) =>
  hub.onSync({ ts, changes: changed(live, value), putOff });

describe("transitions", () => {
  it("carry the first results with the version, then what changes, each from where the last one ended", async () => {
    await look("cheap", "costly");
    sync("11", 1, "1");
    expect(sent.map(valuesOf)).toEqual([
      [
        [0, "cheap"],
        [1, "costly"],
      ],
      [[0, 1]],
    ]);
    expect(sent[0]!.endVersion).toMatchObject({ querySet: 1, identity: 0 });
    expect(sent[1]!.startVersion).toEqual(sent[0]!.endVersion);
  });

  it("wait while one of the queries is put off, and then tell all of it at once", async () => {
    await look("cheap", "costly");
    sync("11", 1, "1", [2]);
    sync("12", 1, "2", [2]);
    expect(sent).toHaveLength(1);
    sync("13", 2, '"new"');
    expect(valuesOf(sent[1]!)).toEqual([
      [0, 2],
      [1, "new"],
    ]);
  });

  it("do not wait for what others look at, nor when what was put off has not changed", async () => {
    await look("cheap");
    sync("11", 1, "1", [99]);
    expect(sent).toHaveLength(2);
    hub.onSync({ ts: "12", changes: { changed: [], rebound: [] }, putOff: [1] });
    sync("13", 7, "1", [1]);
    hub.onSync({ ts: "14", changes: { changed: [], rebound: [] }, putOff: [] });
    expect(sent).toHaveLength(2);
  });

  it("do not wait for ever: queries that take turns in being out of date are run together", async () => {
    await look("costly", "other");
    for (let ts = 11; ts < 30; ts++) {
      now += 50;
      sync(String(ts), 1 + (ts % 2), String(ts), [2 - (ts % 2)]);
    }
    expect(sent).toHaveLength(1);
    // Every 300 ms, and not with each commit.
    expect(transactor.caughtUp).toEqual([["session"], ["session"], ["session"]]);
    sync("30", 1, "30", []);
    expect(valuesOf(sent[1]!)).toEqual([
      [1, 29],
      [0, 30],
    ]);
  });

  it("that a mutation is owed come also after a wait, and also if nothing has changed", async () => {
    await look("cheap");
    view.owe(11n);
    hub.onSync({ ts: "11", changes: { changed: [], rebound: [] }, putOff: [1] });
    expect(sent).toHaveLength(1);
    hub.onSync({ ts: "12", changes: { changed: [], rebound: [] }, putOff: [] });
    expect(sent).toHaveLength(2);
    expect(valuesOf(sent[1]!)).toEqual([]);
  });

  it("are held back while the client has much to read, and are one when it has read", async () => {
    await look("cheap");
    isFull = true;
    for (let ts = 11; ts < 20; ts++) sync(String(ts), 1, String(ts));
    expect(sent).toHaveLength(1);
    isFull = false;
    view.flush();
    expect(sent.slice(1).map(valuesOf)).toEqual([[[0, 19]]]);
  });
});

describe("another identity", () => {
  it("keeps what does not ask who is looking, and is told with the rest in one transition", async () => {
    await look("items", "who");
    await view.changeIdentity(ann);
    expect(valuesOf(sent[1]!)).toEqual([[1, 'who "ann"']]);
    expect(sent[1]!.endVersion).toMatchObject({ querySet: 1, identity: 1 });
    expect(transactor.unsubscribed).toHaveLength(2);
  });

  it("ends the old subscriptions only when the new ones stand: what is shared goes on", async () => {
    await look("items");
    let open = (): void => undefined;
    transactor.gate = new Promise((resolve) => (open = resolve));
    const changing = view.changeIdentity(ann);
    expect(transactor.unsubscribed).toEqual([]);
    sync("11", 1, '"meanwhile"');
    expect(sent).toHaveLength(1);
    open();
    await changing;
    expect(transactor.unsubscribed).toEqual([1]);
    expect(valuesOf(sent[1]!)).toEqual([[0, "meanwhile"]]);
  });

  it("is told everything again if the transactor was replaced meanwhile", async () => {
    await look("items");
    let open = (): void => undefined;
    transactor.gate = new Promise((resolve) => (open = resolve));
    const changing = view.changeIdentity(ann);
    // The new transactor gives numbers out again: 1 is another query now.
    hub.restart(null);
    hub.onSync({ ts: "20", changes: changed(1, '"of the new one"'), putOff: [] });
    open();
    await changing;
    expect(valuesOf(sent.at(-1)!)).toEqual([[0, "of the new one"]]);
  });

  it("may change twice before the first change is through", async () => {
    await look("who");
    await Promise.all([view.changeIdentity(ann), view.changeIdentity({ ...ann, identity: '"bob"' })]);
    expect(valuesOf(sent.at(-1)!)).toEqual([[0, 'who "bob"']]);
    expect(sent.at(-1)!.endVersion.identity).toBe(2);
    expect([...transactor.unsubscribed].sort()).toEqual([1, 2]);
  });
});

it("a closed view ends all its subscriptions and says nothing more", async () => {
  await look("a", "b");
  view.close();
  sync("11", 1, "1");
  expect([sent.length, transactor.unsubscribed]).toEqual([1, [1, 2]]);
});

it.each([
  [
    "a query set",
    () => view.modify({ type: "ModifyQuerySet", baseVersion: 5, newVersion: 6, modifications: [] }, NOBODY),
  ],
  ["an identity", () => view.requireIdentityVersion(3)],
])("%s must build on the version that it stands at", (_name, act) => {
  expect(act).toThrow("doesn't match the current version 0");
});
