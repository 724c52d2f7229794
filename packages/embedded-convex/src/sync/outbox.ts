import type { WebSocket } from "ws";
import { encodeChunks } from "./protocol.ts";

export interface OutboxOptions {
  /** Whether the client puts transitions together that come in parts. */
  takesChunks: boolean;
  /** The client has read: transitions that were held back may go. */
  onDrain: () => void;
  /** Tells the operator why a connection was ended. */
  report: (message: string) => void;
}

/** While a client has this much to read, it gets no further transition: the next one tells it everything at once. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** What cannot be held back (answers to calls) may pile up to this. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
/** Convex splits transitions of this size; a proxy or a phone may refuse longer messages. */
const CHUNK_LENGTH = 4 * 1024 * 1024;
const PING_EVERY_MS = 15_000;
/** A client that neither says nor reads anything for so many pings is gone, although nobody has said so. */
const MAX_SILENT_PINGS = 2;

/**
 * The sending side of one socket. Bounded: a client that does not read holds up its own transitions, and is cut off when it
 * stops reading, or goes on asking without reading the answers. It comes back when it can.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #options: OutboxOptions;
  readonly #timer: NodeJS.Timeout;
  #nextTransition = 1;
  #wasFull = false;
  #heard = true;
  #silentPings = 0;
  #bufferedAtPing = 0;
  #closed = false;

  constructor(socket: WebSocket, options: OutboxOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#timer = setInterval(() => this.#ping(), PING_EVERY_MS);
    socket.on("pong", () => (this.#heard = true));
    socket.on("message", () => (this.#heard = true));
    socket.on("close", () => {
      this.#closed = true;
      clearInterval(this.#timer);
    });
  }

  /** Whether the client has more to read than it should. */
  get isFull(): boolean {
    return this.#socket.bufferedAmount > HIGH_WATER_BYTES;
  }

  send(text: string): void {
    if (this.#closed) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES)
      return this.#cut("it asks for more than it reads (64 MiB were waiting)");
    this.#socket.send(text, this.#onSent);
    if (this.isFull) this.#wasFull = true;
  }

  /** A transition, in parts if it is long. Call it only while the client keeps up (`isFull`). */
  sendTransition(text: string): void {
    if (!this.#options.takesChunks || text.length <= CHUNK_LENGTH) return this.send(text);
    const id = String(this.#nextTransition++);
    for (const chunk of encodeChunks(text, { id, length: CHUNK_LENGTH })) {
      if (this.#closed) return;
      // Not bounded by what waits: the parts of one transition belong together, and the whole is in memory already.
      this.#socket.send(chunk, this.#onSent);
    }
    if (this.isFull) this.#wasFull = true;
  }

  /** Ends the connection with a reason for the client. */
  close(code: number, reason: string): void {
    if (!this.#closed) this.#socket.close(code, reason);
  }

  readonly #onSent = (): void => {
    if (!this.#wasFull || this.isFull || this.#closed) return;
    this.#wasFull = false;
    this.#options.onDrain();
  };

  #ping(): void {
    const { bufferedAmount, isPaused } = this.#socket;
    const hasRead = bufferedAmount < this.#bufferedAtPing;
    // While reading is paused, silence is our own doing, unless the client has something to read.
    const isOurDoing = isPaused && bufferedAmount === 0;
    this.#silentPings = this.#heard || hasRead || isOurDoing ? 0 : this.#silentPings + 1;
    if (this.#silentPings >= MAX_SILENT_PINGS) {
      if (bufferedAmount > HIGH_WATER_BYTES)
        return this.#cut(`it has stopped reading (${bufferedAmount} bytes were waiting)`);
      return this.#socket.terminate();
    }
    this.#heard = false;
    this.#bufferedAtPing = bufferedAmount;
    if (this.isFull) return;
    this.#socket.ping();
    // Browsers do not show their scripts the ping of the WebSocket: the client counts on this one.
    this.send('{"type":"Ping"}');
  }

  /** At once: the client would read a polite reason only behind all that waits. */
  #cut(reason: string): void {
    this.#options.report(`A connection was ended: ${reason}.`);
    this.#closed = true;
    this.#socket.terminate();
  }
}
