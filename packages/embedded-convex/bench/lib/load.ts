import { randomUUID } from "node:crypto";
import { Client } from "undici";
import WebSocket from "ws";
import { percentile } from "./stats.ts";

/** One measured load. Times in ms. */
export interface LoadResult {
  completed: number;
  failed: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** One request of one client; false if it has failed. */
export type Request = () => Promise<boolean>;

/** Lets each client repeat its request, one after another, for a while (or until `goesOn` says no). */
export async function measure(clients: Request[], goesOn: number | (() => boolean)): Promise<LoadResult> {
  const latencies: number[] = [];
  let failed = 0;
  const startedAt = performance.now();
  const running = typeof goesOn === "number" ? () => performance.now() - startedAt < goesOn : goesOn;
  await Promise.all(
    clients.map(async (request) => {
      while (running()) {
        const before = performance.now();
        if (await request()) latencies.push(performance.now() - before);
        else failed++;
      }
    }),
  );
  const elapsed = performance.now() - startedAt;
  latencies.sort((a, b) => a - b);
  return {
    completed: latencies.length,
    failed,
    perSecond: Math.round((latencies.length / elapsed) * 1000),
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    maxMs: percentile(latencies, 1),
  };
}

/** Clients that post bodies over a connection of their own. */
export function httpClients(
  count: number,
  origin: string,
  path: string,
  body: () => string,
): { requests: Request[]; close: () => Promise<unknown> } {
  const clients = Array.from({ length: count }, () => new Client(origin));
  const headers = { "content-type": "application/json" };
  const requests = clients.map((client) => async () => {
    const response = await client.request({ method: "POST", path, headers, body: body() });
    await response.body.dump();
    return response.statusCode === 200;
  });
  return { requests, close: () => Promise.all(clients.map((client) => client.close())) };
}

interface ServerMessage {
  type: string;
  requestId?: number;
  success?: boolean;
  ts?: string;
  endVersion?: { ts: string; querySet: number };
  modifications?: unknown[];
}

/** A bare client of the sync protocol: a real one would cost the load generator more than the server. */
export class SyncClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (ok: boolean) => void>();
  readonly #awaitingTs: { ts: bigint; done: (ok: boolean) => void }[] = [];
  #requestId = 0;
  #queryId = 0;
  #querySet = 0;
  #awaitingResults: { querySet: number; done: () => void } | null = null;
  /** Called for every Transition that brings a new result. */
  onPush: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#receive(JSON.parse(data.toString()) as ServerMessage));
  }

  static async connect(cloudUrl: string): Promise<SyncClient> {
    const socket = new WebSocket(`${cloudUrl.replace("http", "ws")}/api/1.48.0/sync`, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const client = new SyncClient(socket);
    socket.send(
      JSON.stringify({
        type: "Connect",
        sessionId: randomUUID(),
        connectionCount: 0,
        lastCloseReason: null,
        clientTs: 0,
      }),
    );
    return client;
  }

  /** Like a real client: done when the Transition that covers the mutation is there. */
  mutation(udfPath: string, args: unknown): Promise<boolean> {
    const requestId = this.#requestId++;
    this.#socket.send(JSON.stringify({ type: "Mutation", requestId, udfPath, args: [args] }));
    return new Promise((resolve) => this.#waiting.set(requestId, resolve));
  }

  /** Subscribes to all at once; resolves when each has its first result. */
  subscribe(queries: { udfPath: string; args: unknown }[]): Promise<void> {
    const modifications = queries.map(({ udfPath, args }) => ({
      type: "Add",
      queryId: this.#queryId++,
      udfPath,
      args: [args],
    }));
    const baseVersion = this.#querySet++;
    this.#socket.send(
      JSON.stringify({ type: "ModifyQuerySet", baseVersion, newVersion: this.#querySet, modifications }),
    );
    return new Promise((done) => (this.#awaitingResults = { querySet: this.#querySet, done }));
  }

  close(): void {
    this.#socket.close();
  }

  #receive(message: ServerMessage): void {
    if (message.type === "MutationResponse") {
      const done = this.#waiting.get(message.requestId!);
      this.#waiting.delete(message.requestId!);
      if (done === undefined) return;
      if (message.success === true) this.#awaitingTs.push({ ts: decode(message.ts!), done });
      else done(false);
    } else if (message.type === "Transition") {
      if (message.modifications!.length > 0) this.onPush();
      const { ts: encodedTs, querySet } = message.endVersion!;
      if (this.#awaitingResults !== null && querySet >= this.#awaitingResults.querySet) {
        this.#awaitingResults.done();
        this.#awaitingResults = null;
      }
      const ts = decode(encodedTs);
      while (this.#awaitingTs.length > 0 && this.#awaitingTs[0]!.ts <= ts) this.#awaitingTs.shift()!.done(true);
    }
  }
}

function decode(ts: string): bigint {
  return Buffer.from(ts, "base64").readBigUInt64LE();
}
