import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { WebSocket } from "ws";
import { Outbox } from "./outbox.ts";

const MIB = 1024 * 1024;
const PING_MS = 15_000;

/** A client whose network takes nothing until `read` says how much. */
class FakeSocket extends EventEmitter {
  bufferedAmount = 0;
  isPaused = false;
  readonly sent: string[] = [];
  ended: string | null = null;
  pings = 0;
  readonly #waiting: { size: number; done: () => void }[] = [];

  send(text: string, done: () => void): void {
    this.sent.push(text);
    this.bufferedAmount += text.length;
    this.#waiting.push({ size: text.length, done });
  }

  read(messages = Infinity): void {
    for (const { size, done } of this.#waiting.splice(0, messages)) {
      this.bufferedAmount -= size;
      done();
    }
  }

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.ended = "terminated";
    this.emit("close");
  }

  close(_code: number, reason: string): void {
    this.ended = reason;
  }
}

let socket: FakeSocket;
let drained: number;
let reports: string[];

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  drained = 0;
  reports = [];
});

afterEach(() => {
  socket.emit("close");
  vi.useRealTimers();
});

function createOutbox(takesChunks = true): Outbox {
  const options = { takesChunks, onDrain: () => (drained += 1), report: (text: string) => reports.push(text) };
  return new Outbox(socket as unknown as WebSocket, options);
}

it("is full while the client has much to read, and says when it has read", () => {
  const outbox = createOutbox();
  outbox.send("x".repeat(MIB));
  expect(outbox.isFull).toBe(false);
  outbox.send("y");
  outbox.send("z");
  expect(outbox.isFull).toBe(true);
  socket.read(2);
  socket.read();
  expect(outbox.isFull).toBe(false);
  expect(drained).toBe(1);
});

it("ends the connection of a client that asks for more than it reads", () => {
  const outbox = createOutbox();
  for (let i = 0; i < 100 && socket.ended === null; i++) outbox.send("x".repeat(MIB));
  expect(socket.ended).toBe("terminated");
  expect(socket.bufferedAmount).toBeLessThan(66 * MIB);
  expect(reports).toEqual([expect.stringContaining("more than it reads")]);
  outbox.send("nothing follows");
  expect(socket.sent.at(-1)).not.toBe("nothing follows");
});

it("sends long transitions in parts, to clients that can put them together", () => {
  const long = `{"type":"Transition","x":"${"x".repeat(9 * MIB)}"}`;
  createOutbox().sendTransition(long);
  expect(socket.sent.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual(
    Array(3).fill("TransitionChunk"),
  );
  expect(socket.sent.map((text) => (JSON.parse(text) as { chunk: string }).chunk).join("")).toBe(long);
  socket.sent.length = 0;
  createOutbox(false).sendTransition(long);
  expect(socket.sent).toEqual([long]);
});

it("keeps a client that answers pings, and ends one that is silent", () => {
  createOutbox();
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(PING_MS);
    socket.read();
    socket.emit("pong");
  }
  expect([socket.ended, socket.pings]).toEqual([null, 10]);
  vi.advanceTimersByTime(PING_MS * 3);
  expect(socket.ended).toBe("terminated");
});

it("keeps a client that reads slowly, and ends one that has stopped reading", () => {
  const outbox = createOutbox();
  for (let i = 0; i < 40; i++) outbox.send("x".repeat(MIB));
  for (let i = 0; i < 20; i++) {
    vi.advanceTimersByTime(PING_MS);
    socket.read(1);
  }
  expect(socket.ended).toBeNull();
  vi.advanceTimersByTime(PING_MS * 3);
  expect(socket.ended).toBe("terminated");
  expect(reports).toEqual([expect.stringContaining("stopped reading")]);
});

it("does not take its own pause for silence", () => {
  createOutbox();
  socket.isPaused = true;
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(PING_MS);
    socket.read();
  }
  expect(socket.ended).toBeNull();
});
