import { once } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { retryAfterLoss } from "./loss.ts";
import { RemoteError, RpcPort } from "./rpc.ts";

interface Remote {
  double(n: number): Promise<number>;
  fail(): Promise<never>;
  note(text: string): void;
}

const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((port) => port.close()));

function channel(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  return [port1, port2];
}

describe("RpcPort", () => {
  it("calls, answers and fails across a channel", async () => {
    const [near, far] = channel();
    new RpcPort<Remote>(far, { double: (n: number) => n * 2, fail: () => Promise.reject(new Error("no")) });
    const rpc = new RpcPort<Remote>(near, {});
    expect(await Promise.all([rpc.call("double", 1), rpc.call("double", 2)])).toEqual([2, 4]);
    await expect(rpc.call("fail")).rejects.toThrow("no");
    await expect(rpc.call("note", "x")).rejects.toThrow("Unknown operation note");
  });

  it("sends one message for a turn of the event loop", async () => {
    const [near, far] = channel();
    const rpc = new RpcPort<Remote>(near, {});
    const first = once(far, "message");
    for (let n = 0; n < 5; n++) void rpc.call("double", n);
    rpc.notify("note", "x");
    expect((await first)[0]).toHaveLength(6);
  });

  it("lets those who wait for a reply go on before an event that was sent after it, and not before one sent earlier", async () => {
    const [near, far] = channel();
    const order: string[] = [];
    const server = new RpcPort<Remote>(far, {
      double: (n: number) => {
        server.notify("note", `before ${n}`);
        setImmediate(() => server.notify("note", `after ${n}`));
        return n;
      },
    });
    const rpc = new RpcPort<Remote>(near, { note: (text: string) => void order.push(text) });
    const call = async (n: number) => {
      await rpc.call("double", n);
      await Promise.resolve();
      order.push(`reply ${n}`);
    };
    await call(1);
    await expect.poll(() => order).toEqual(["before 1", "reply 1", "after 1"]);
  });

  it("repeats calls after a loss on a new port, in their order, and fails those that must not be repeated", async () => {
    const [near] = channel();
    const rpc = new RpcPort<Remote>(near, {});
    const calls = [rpc.call("double", 1), rpc.call("fail"), rpc.call("double", 3)];
    const failure = expect(calls[1]).rejects.toThrow("not this one");
    rpc.flush();
    const [next, far] = channel();
    const seen: number[] = [];
    new RpcPort<Remote>(far, { double: (n: number) => seen.push(n) && n * 10 });
    rpc.reconnect(next, (op) => (op === "fail" ? new RemoteError("not this one") : true));
    expect([await calls[0], await calls[2]]).toEqual([10, 30]);
    await failure;
    expect(seen).toEqual([1, 3]);
  });
});

describe("retryAfterLoss", () => {
  const running = (guilty: string) => ({ guilty, committing: false, unclear: false });
  const call = (callId: string, sessionRequest: unknown = null) => ({ callId, sessionRequest });

  it("repeats the innocent and fails the guilty", () => {
    expect(retryAfterLoss(running("call a.1"), "mutation", call("a.2"))).toBe(true);
    expect(retryAfterLoss(running("call a.1"), "mutation", call("a.1"))).toBeInstanceOf(RemoteError);
    const request = { component: "", path: "loop", args: "{}", identity: null, admin: false, journal: null };
    expect(retryAfterLoss(running("live loop {}"), "subscribe", { request })).toBeInstanceOf(RemoteError);
    expect(retryAfterLoss(running("live loop {}"), "subscribe", { request: { ...request, path: "other" } })).toBe(true);
  });

  it("never repeats a write whose fate is unknown, unless it is deduplicated", () => {
    const loss = { guilty: null, committing: true, unclear: true };
    expect(retryAfterLoss(loss, "mutation", call("a.1"))).toMatchObject({ lost: true });
    expect(retryAfterLoss(loss, "schedule", {})).toMatchObject({ lost: true });
    expect(retryAfterLoss(loss, "mutation", call("a.1", { session: "s", request: 1 }))).toBe(true);
    expect(retryAfterLoss(loss, "query", call("a.1"))).toBe(true);
  });
});
