import type { WebSocket } from "ws";
import { type Caller, NOBODY } from "../auth/caller.ts";
import { errorMessage, type Viewer, visibleLogs } from "../functions/disclosure.ts";
import { newRequest } from "../functions/request.ts";
import type { CallFailure, CallResult } from "../functions/results.ts";
import type { RequestSource } from "../http/clientAddress.ts";
import type { ClientCall } from "../process/clientCalls.ts";
import type { Subscriber, SyncHub } from "./hub.ts";
import type { LiveRequest } from "./liveQueries.ts";
import {
  type ClientMessage,
  decodeTs,
  encodeResult,
  encodeTransition,
  encodeTs,
  parseClientMessage,
  type StateVersion,
} from "./protocol.ts";

export interface SessionServices {
  hub: SyncHub;
  /** `number` tells mutations that are sent again from new ones. */
  mutation(call: ClientCall, number: { session: string; request: number }): Promise<CallResult>;
  action(call: ClientCall): Promise<CallResult>;
  authenticate(message: Extract<ClientMessage, { type: "Authenticate" }>): Promise<Caller>;
  observeTs(ts: bigint): Promise<void>;
  /** Everybody, and not only administrators, sees messages and stacks of errors. */
  showErrors: boolean;
}

/** Versions that a message of the client asks for; they take effect when its subscriptions have results. */
interface VersionChange {
  querySet: number | null;
  identity: number | null;
  ready: boolean;
}

const PING_EVERY_MS = 15_000;
/** A client that does not read is cut off; it comes back when it can. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

/**
 * One WebSocket connection. Invariants: every Transition starts at the version at which the last one ended; timestamps never
 * fall; a MutationResponse precedes the Transition that covers its timestamp; and every mutation that succeeds gets one.
 */
export class Session implements Subscriber {
  readonly #socket: WebSocket;
  readonly #services: SessionServices;
  readonly #source: RequestSource;
  #sessionId: string;
  #caller: Caller = NOBODY;
  #version: StateVersion = { querySet: 0, identity: 0, ts: 0n };
  /** Versions including those that are not ready yet; the next message must build on them. */
  #expected = { querySet: 0, identity: 0 };
  readonly #queries = new Map<number, { subscription: number; request: LiveRequest }>();
  readonly #dirty = new Set<number>();
  readonly #removed = new Set<number>();
  #changes: VersionChange[] = [];
  #seenTs = 0n;
  #owedTs = 0n;
  #owesTransition = false;
  #inbox: Promise<void> = Promise.resolve();
  #closed = false;
  #alive = true;
  readonly #pingTimer: NodeJS.Timeout;
  #expiryTimer: NodeJS.Timeout | null = null;

  constructor(
    socket: WebSocket,
    services: SessionServices,
    { connectionId, source }: { connectionId: string; source: RequestSource },
  ) {
    this.#socket = socket;
    this.#source = source;
    this.#services = services;
    this.#sessionId = connectionId;
    services.hub.join(this);
    socket.on("message", (data, isBinary) =>
      this.#receive(isBinary ? null : parseClientMessage((data as Buffer).toString("utf8"))),
    );
    socket.on("pong", () => (this.#alive = true));
    // A broken frame ends the connection; `close` follows.
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.#onClose());
    this.#pingTimer = setInterval(() => this.#ping(), PING_EVERY_MS);
  }

  get sessionId(): string {
    return this.#sessionId;
  }

  markDirty(queryId: number): void {
    this.#dirty.add(queryId);
  }

  advance(ts: bigint): void {
    if (ts > this.#seenTs) this.#seenTs = ts;
    this.#sendTransition();
  }

  #receive(message: ClientMessage | null): void {
    if (message === null) return this.#fail("Received a message that is not valid JSON.");
    // Messages take effect in their order; only authentication takes time, and what follows it waits.
    this.#inbox = this.#inbox
      .then(() => (this.#closed ? undefined : this.#handle(message)))
      .catch((error: unknown) => {
        this.#fail(error instanceof Error ? error.message : String(error));
      });
  }

  #handle(message: ClientMessage): Promise<void> | void {
    switch (message.type) {
      case "Connect":
        return this.#connect(message);
      case "ModifyQuerySet":
        return this.#modifyQuerySet(message);
      case "Authenticate":
        return this.#authenticate(message);
      case "Mutation":
        void this.#mutation(message);
        return;
      case "Action":
        void this.#action(message);
        return;
      case "Event":
        return;
      default:
        return this.#fail(`Unknown message type ${JSON.stringify((message as { type: string }).type)}`);
    }
  }

  async #connect(message: Extract<ClientMessage, { type: "Connect" }>): Promise<void> {
    if (typeof message.sessionId !== "string" || message.sessionId.length > 200)
      return this.#fail("Invalid session id.");
    this.#sessionId = message.sessionId;
    const ts = typeof message.maxObservedTimestamp === "string" ? decodeTs(message.maxObservedTimestamp) : null;
    if (ts !== null) await this.#services.observeTs(ts);
  }

  #modifyQuerySet({
    baseVersion,
    newVersion,
    modifications,
  }: Extract<ClientMessage, { type: "ModifyQuerySet" }>): void {
    if (baseVersion !== this.#expected.querySet) {
      return this.#fail(
        `Base version ${baseVersion} passed up doesn't match the current version ${this.#expected.querySet}`,
      );
    }
    this.#expected.querySet = newVersion;
    const waiting: Promise<bigint>[] = [];
    for (const modification of modifications) {
      this.#drop(modification.queryId);
      if (modification.type === "Remove") {
        this.#dirty.delete(modification.queryId);
        this.#removed.add(modification.queryId);
        continue;
      }
      const { queryId, udfPath, args, journal, componentPath } = modification;
      const { identity, admin } = this.#caller;
      const component = admin ? (componentPath ?? "") : "";
      waiting.push(
        this.#subscribe(queryId, {
          component,
          path: udfPath,
          args: argsText(args),
          identity,
          admin,
          journal: journal ?? null,
        }),
      );
    }
    this.#change({ querySet: newVersion, identity: null }, waiting);
  }

  async #authenticate(message: Extract<ClientMessage, { type: "Authenticate" }>): Promise<void> {
    const { baseVersion } = message;
    if (baseVersion !== this.#expected.identity) {
      return this.#fail(
        `Base version ${baseVersion} passed up doesn't match the current version ${this.#expected.identity}`,
      );
    }
    try {
      this.#caller = message.tokenType === "None" ? NOBODY : await this.#services.authenticate(message);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return this.#send(JSON.stringify({ type: "AuthError", error: text, baseVersion, authUpdateAttempted: true }));
    }
    if (this.#closed) return;
    this.#expected.identity = baseVersion + 1;
    this.#watchExpiry();
    const { identity, admin } = this.#caller;
    const waiting = [...this.#queries].map(([queryId, { subscription, request }]) => {
      this.#services.hub.unsubscribe([subscription]);
      return this.#subscribe(queryId, { ...request, identity, admin, component: admin ? request.component : "" });
    });
    this.#change({ querySet: null, identity: this.#expected.identity }, waiting);
  }

  /** When the token ends, the client is asked for a new one. */
  #watchExpiry(): void {
    if (this.#expiryTimer !== null) clearTimeout(this.#expiryTimer);
    const { expiresAtMs } = this.#caller;
    if (expiresAtMs === null) return;
    const delay = Math.min(Math.max(0, expiresAtMs - Date.now()), 2 ** 31 - 1);
    this.#expiryTimer = setTimeout(() => {
      const baseVersion = this.#expected.identity;
      this.#send(
        JSON.stringify({
          type: "AuthError",
          error: "Could not verify token: it has expired",
          baseVersion,
          authUpdateAttempted: false,
        }),
      );
      this.#socket.close();
    }, delay);
  }

  #subscribe(queryId: number, request: LiveRequest): Promise<bigint> {
    const { id, settled } = this.#services.hub.subscribe(this, queryId, request);
    this.#removed.delete(queryId);
    this.#queries.set(queryId, { subscription: id, request });
    return settled;
  }

  #drop(queryId: number): void {
    const query = this.#queries.get(queryId);
    if (query === undefined) return;
    this.#queries.delete(queryId);
    this.#services.hub.unsubscribe([query.subscription]);
  }

  /** Registers a version change; transitions wait until its queries have results, so that the client sees both together. */
  #change(versions: { querySet: number | null; identity: number | null }, waiting: Promise<bigint>[]): void {
    const change: VersionChange = { ...versions, ready: false };
    this.#changes.push(change);
    Promise.all(waiting).then(
      (times) => {
        change.ready = true;
        for (const ts of times) if (ts > this.#seenTs) this.#seenTs = ts;
        this.#sendTransition();
      },
      (error: unknown) => this.#fail(error instanceof Error ? error.message : String(error)),
    );
  }

  #sendTransition(): void {
    if (this.#closed || this.#changes.some((change) => !change.ready)) return;
    const end: StateVersion = { ...this.#version };
    if (this.#seenTs > end.ts) end.ts = this.#seenTs;
    for (const { querySet, identity } of this.#changes) {
      end.querySet = querySet ?? end.querySet;
      end.identity = identity ?? end.identity;
    }
    const modifications: string[] = [];
    for (const queryId of this.#dirty) {
      const query = this.#queries.get(queryId);
      const result = query === undefined ? null : this.#services.hub.result(query.subscription);
      if (result !== null) modifications.push(encodeResult(queryId, result, this.#viewer()));
    }
    for (const queryId of this.#removed) modifications.push(`{"type":"QueryRemoved","queryId":${queryId}}`);
    if (this.#changes.length === 0 && modifications.length === 0 && !this.#owesTransition) return;
    this.#send(encodeTransition(this.#version, end, modifications));
    this.#version = end;
    if (end.ts >= this.#owedTs) this.#owesTransition = false;
    this.#changes = [];
    this.#dirty.clear();
    this.#removed.clear();
  }

  async #mutation(message: Extract<ClientMessage, { type: "Mutation" }>): Promise<void> {
    const { requestId } = message;
    const call = this.#callOf(message);
    const number = { session: this.#sessionId, request: requestId };
    const result = await this.#services.mutation(call, number);
    if (!result.ok) return this.#sendFailure("MutationResponse", requestId, { failure: result, call });
    const ts = BigInt(result.ts ?? "0");
    if (ts > this.#owedTs) this.#owedTs = ts;
    this.#services.hub.awaitTransition(this, this.#owedTs);
    this.#owesTransition = true;
    const logs = JSON.stringify(visibleLogs(result.logs, this.#viewer()));
    this.#send(
      `{"type":"MutationResponse","requestId":${requestId},"success":true,"result":${result.value},"ts":"${encodeTs(ts)}","logLines":${logs}}`,
    );
    // A resent mutation that was applied long ago: no commit will bring the Transition that the client waits for.
    if (ts <= this.#version.ts) this.#sendTransition();
  }

  async #action(message: Extract<ClientMessage, { type: "Action" }>): Promise<void> {
    const { requestId } = message;
    const call = this.#callOf(message);
    const result = await this.#services.action(call);
    if (!result.ok) return this.#sendFailure("ActionResponse", requestId, { failure: result, call });
    const logs = JSON.stringify(visibleLogs(result.logs, this.#viewer()));
    this.#send(
      `{"type":"ActionResponse","requestId":${requestId},"success":true,"result":${result.value},"logLines":${logs}}`,
    );
  }

  #callOf(message: { udfPath: string; args: unknown[]; componentPath?: string }): ClientCall {
    const component = this.#caller.admin ? (message.componentPath ?? "") : "";
    const request = newRequest({ ...this.#source, authToken: this.#caller.authToken });
    return { path: message.udfPath, component, args: argsText(message.args), caller: this.#caller, request };
  }

  #viewer(caller = this.#caller): Viewer {
    return { seesErrors: caller.admin || this.#services.showErrors };
  }

  #sendFailure(
    type: "MutationResponse" | "ActionResponse",
    requestId: number,
    { failure, call }: { failure: CallFailure; call: ClientCall },
  ): void {
    const viewer = this.#viewer(call.caller);
    const message = JSON.stringify(errorMessage(failure.error, call.request.requestId, viewer));
    const logs = JSON.stringify(visibleLogs(failure.logs, viewer));
    const data = failure.data === undefined ? "" : `,"errorData":${failure.data}`;
    this.#send(
      `{"type":"${type}","requestId":${requestId},"success":false,"result":${message},"logLines":${logs}${data}}`,
    );
  }

  #send(text: string): void {
    if (this.#closed) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) return this.#socket.terminate();
    this.#socket.send(text);
  }

  #fail(error: string): void {
    this.#send(JSON.stringify({ type: "FatalError", error }));
    this.#socket.close(1008);
  }

  #ping(): void {
    if (!this.#alive) return this.#socket.terminate();
    this.#alive = false;
    this.#socket.ping();
    this.#send('{"type":"Ping"}');
  }

  #onClose(): void {
    this.#closed = true;
    clearInterval(this.#pingTimer);
    if (this.#expiryTimer !== null) clearTimeout(this.#expiryTimer);
    this.#services.hub.leave(
      this,
      [...this.#queries.values()].map(({ subscription }) => subscription),
    );
  }
}

/** The single argument object, as JSON text. */
function argsText(args: unknown[]): string {
  return JSON.stringify(Array.isArray(args) ? (args[0] ?? {}) : {});
}
