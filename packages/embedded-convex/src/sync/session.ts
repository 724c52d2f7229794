import type { WebSocket } from "ws";
import { type Caller, NOBODY } from "../auth/caller.ts";
import { errorMessage, type Viewer, visibleLogs } from "../functions/disclosure.ts";
import { newRequest } from "../functions/request.ts";
import type { CallFailure, CallResult } from "../functions/results.ts";
import type { RequestSource } from "../http/clientAddress.ts";
import type { ClientCall } from "../process/clientCalls.ts";
import {
  type AuthenticateMessage,
  type CallMessage,
  type ClientMessage,
  type ConnectMessage,
  parseClientMessage,
  ProtocolError,
} from "./clientMessages.ts";
import type { SyncHub } from "./hub.ts";
import { Outbox } from "./outbox.ts";
import { encodeTs } from "./protocol.ts";
import { SessionView } from "./sessionView.ts";

export interface SessionServices {
  hub: SyncHub;
  /** `number` tells mutations that are sent again from new ones. */
  mutation(call: ClientCall, number: { session: string; request: number }): Promise<CallResult>;
  action(call: ClientCall): Promise<CallResult>;
  /** Rejects for a token or key that is not accepted. */
  authenticate(message: AuthenticateMessage): Promise<Caller>;
  observeTs(ts: bigint): Promise<void>;
  /** Everybody, and not only administrators, sees messages and stacks of errors. */
  showErrors: boolean;
  /** Tells the operator. */
  report(message: string): void;
}

export interface SessionOptions {
  /** Names the connection until the client has named its session. */
  connectionId: string;
  source: RequestSource;
  takesChunks: boolean;
}

/** A client that has this much under way is not read from until some of it is done: others want to be served too. */
const MAX_UNDER_WAY = 256;
/** Actions take long, and must not hold up the rest of the connection; as on Convex, more than this end it. */
const MAX_ACTIONS = 1000;
const MAX_TIMER_MS = 2 ** 31 - 1;
const CLOSE_POLICY = 1008;
const CLOSE_INTERNAL = 1011;

/** One WebSocket connection. Messages take effect in their order; a MutationResponse precedes the Transition that covers it. */
export class Session {
  readonly #socket: WebSocket;
  readonly #services: SessionServices;
  readonly #source: RequestSource;
  readonly #outbox: Outbox;
  readonly #view: SessionView;
  #isConnected = false;
  #caller: Caller = NOBODY;
  #inbox: Promise<void> = Promise.resolve();
  #underWay = 0;
  #actions = 0;
  #closed = false;
  #expiryTimer: NodeJS.Timeout | null = null;

  constructor(socket: WebSocket, services: SessionServices, options: SessionOptions) {
    this.#socket = socket;
    this.#services = services;
    this.#source = options.source;
    const { takesChunks } = options;
    const onDrain = () => {
      this.#view.flush();
      this.#regulate();
    };
    this.#outbox = new Outbox(socket, { takesChunks, onDrain, report: (message) => services.report(message) });
    this.#view = new SessionView(options.connectionId, {
      hub: services.hub,
      outbox: this.#outbox,
      viewer: () => this.#viewer(),
      onFailure: (error) => this.#fail(error),
    });
    socket.on("message", (data, isBinary) => this.#receive(isBinary ? "" : (data as Buffer).toString("utf8")));
    // A broken frame ends the connection; `close` follows.
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.#onClose());
  }

  #receive(text: string): void {
    // Messages take effect in their order; only authentication takes time, and what follows it waits.
    this.#work(
      (this.#inbox = this.#inbox.then(async () => {
        if (this.#closed) return;
        try {
          await this.#handle(parseClientMessage(text));
        } catch (error) {
          this.#fail(error);
        }
      })),
    );
  }

  #handle(message: ClientMessage): Promise<void> | void {
    if (!this.#isConnected && message.type !== "Connect") throw new ProtocolError("The first message must be Connect.");
    switch (message.type) {
      case "Connect":
        return this.#connect(message);
      case "ModifyQuerySet":
        return this.#work(this.#view.modify(message, this.#caller));
      case "Authenticate":
        return this.#authenticate(message);
      case "Mutation":
        return this.#work(this.#mutation(message));
      case "Action":
        return this.#action(message);
      case "Event":
        return;
    }
  }

  async #connect({ sessionId, maxObservedTs, clientTs }: ConnectMessage): Promise<void> {
    this.#isConnected = true;
    this.#view.sessionId = sessionId;
    if (clientTs !== null) this.#view.clientClockSkew = Math.round(clientTs - Date.now());
    if (maxObservedTs !== null) await this.#services.observeTs(maxObservedTs);
  }

  async #authenticate(message: AuthenticateMessage): Promise<void> {
    const { baseVersion } = message;
    this.#view.requireIdentityVersion(baseVersion);
    let caller: Caller;
    try {
      caller = await this.#services.authenticate(message);
    } catch (error) {
      return this.#sendAuthError(error instanceof Error ? error.message : String(error), { isUpdate: true });
    }
    if (this.#closed) return;
    this.#caller = caller;
    this.#watchExpiry();
    this.#work(this.#view.changeIdentity(caller));
  }

  /** When the token ends, the client is asked for a new one. */
  #watchExpiry(): void {
    if (this.#expiryTimer !== null) clearTimeout(this.#expiryTimer);
    const { expiresAtMs } = this.#caller;
    if (expiresAtMs === null) return;
    const delayMs = Math.max(0, expiresAtMs - Date.now());
    this.#expiryTimer = setTimeout(
      () => {
        if (Date.now() < expiresAtMs) return this.#watchExpiry();
        this.#sendAuthError("Could not verify token: it has expired", { isUpdate: false });
        this.#socket.close();
      },
      Math.min(delayMs, MAX_TIMER_MS),
    );
  }

  /** The identity stays as it was, and so does its version. */
  #sendAuthError(error: string, { isUpdate }: { isUpdate: boolean }): void {
    const baseVersion = this.#view.identityVersion;
    this.#outbox.send(JSON.stringify({ type: "AuthError", error, baseVersion, authUpdateAttempted: isUpdate }));
  }

  async #mutation(message: CallMessage): Promise<void> {
    const { requestId } = message;
    const call = this.#callOf(message);
    const result = await this.#services.mutation(call, { session: this.#view.sessionId, request: requestId });
    if (this.#closed) return;
    if (!result.ok) return this.#sendFailure("MutationResponse", requestId, { failure: result, call });
    const ts = BigInt(result.ts ?? "0");
    this.#view.owe(ts);
    const logs = JSON.stringify(visibleLogs(result.logs, this.#viewer(call.caller)));
    this.#outbox.send(
      `{"type":"MutationResponse","requestId":${requestId},"success":true,"result":${result.value},"ts":"${encodeTs(ts)}","logLines":${logs}}`,
    );
    this.#view.flushIfCovered(ts);
  }

  #action(message: CallMessage): void {
    if (this.#actions >= MAX_ACTIONS)
      throw new ProtocolError(`Too many actions at the same time; a connection may have ${MAX_ACTIONS}.`);
    this.#actions += 1;
    void this.#runAction(message).finally(() => (this.#actions -= 1));
  }

  async #runAction(message: CallMessage): Promise<void> {
    const { requestId } = message;
    const call = this.#callOf(message);
    const result = await this.#services.action(call);
    if (this.#closed) return;
    if (!result.ok) return this.#sendFailure("ActionResponse", requestId, { failure: result, call });
    const logs = JSON.stringify(visibleLogs(result.logs, this.#viewer(call.caller)));
    this.#outbox.send(
      `{"type":"ActionResponse","requestId":${requestId},"success":true,"result":${result.value},"logLines":${logs}}`,
    );
  }

  #callOf({ udfPath: path, args, componentPath }: CallMessage): ClientCall {
    const component = this.#caller.admin ? componentPath : "";
    const request = newRequest({ ...this.#source, authToken: this.#caller.authToken });
    return { path, component, args, caller: this.#caller, request };
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
    this.#outbox.send(
      `{"type":"${type}","requestId":${requestId},"success":false,"result":${message},"logLines":${logs}${data}}`,
    );
  }

  /** Counts what is under way: what the client has sent and not got, so that one client cannot fill the deployment. */
  #work(work: Promise<void>): void {
    this.#underWay += 1;
    this.#regulate();
    void work
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#underWay -= 1;
        this.#regulate();
      });
  }

  #regulate(): void {
    if (this.#closed) return;
    const isBusy = this.#underWay >= MAX_UNDER_WAY || this.#outbox.isFull;
    if (isBusy && !this.#socket.isPaused) this.#socket.pause();
    else if (!isBusy && this.#socket.isPaused) this.#socket.resume();
  }

  /** A client that breaks the protocol is told; anything else is ours, and the client tries again on a new connection. */
  #fail(error: unknown): void {
    if (this.#closed) return;
    if (error instanceof ProtocolError) {
      this.#outbox.send(JSON.stringify({ type: "FatalError", error: error.message }));
      return this.#outbox.close(CLOSE_POLICY, "The client has broken the protocol");
    }
    this.#services.report(
      `A connection has failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    this.#outbox.close(CLOSE_INTERNAL, "InternalServerError");
  }

  #onClose(): void {
    this.#closed = true;
    if (this.#expiryTimer !== null) clearTimeout(this.#expiryTimer);
    this.#view.close();
  }
}
