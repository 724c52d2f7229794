import type { MessagePort } from "node:worker_threads";

interface Request {
  id: number;
  op: string;
  arg: unknown;
}

interface Reply {
  id: number;
  value?: unknown;
  error?: { message: string };
}

/** One message carries, in order, everything that was said during a turn of the event loop: crossing threads costs per message. */
type Envelope = (Request | Reply)[];

type Operations<Interface> = { [Name in keyof Interface]: (arg: never) => unknown };

/** A failed call to another thread; `lost` means that the other side died before it answered. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly lost: boolean;

  constructor(message: string, lost = false) {
    super(message);
    this.lost = lost;
  }
}

interface Pending {
  op: string;
  arg: unknown;
  /** How often the other side has died with it. */
  losses: number;
  resolve(value: never): void;
  reject(error: unknown): void;
}

/** A call during which the other side died this often may be what it dies of, although nothing shows it. */
const MAX_LOSSES = 3;
/** Calls that run functions. */
const REPEATED: ReadonlySet<string> = new Set(["query", "mutation"]);

function givenUp(): RemoteError {
  return new RemoteError("The deployment was interrupted again and again during this call; it was given up.", true);
}

/**
 * Requests, replies and events over one port, batched. `Remote` are the operations of the other side, `local` those of this
 * one; an event is a request to which nobody waits for a reply.
 */
export class RpcPort<Remote extends Operations<Remote>> {
  #port: MessagePort;
  readonly #local: ReadonlyMap<string, (arg: never) => unknown>;
  readonly #pending = new Map<number, Pending>();
  #outbox: Envelope = [];
  #flushScheduled = false;
  #inbox: Envelope = [];
  #draining = false;
  #nextId = 1;

  constructor(port: MessagePort, local: object) {
    this.#local = new Map(Object.entries(local) as [string, (arg: never) => unknown][]);
    this.#port = port;
    this.#listen(port);
  }

  /** Calls an operation of the other side. */
  call<Name extends keyof Remote & string>(
    op: Name,
    ...[arg]: Parameters<Remote[Name]>
  ): Promise<Awaited<ReturnType<Remote[Name]>>> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { op, arg, losses: 0, resolve: resolve, reject });
      this.#outbox.push({ id, op, arg });
      this.#scheduleFlush();
    });
  }

  /** Tells the other side something, without waiting for an answer. */
  notify<Name extends keyof Remote & string>(op: Name, ...[arg]: Parameters<Remote[Name]>): void {
    this.#outbox.push({ id: 0, op, arg });
    this.#scheduleFlush();
  }

  /** Sends what has been collected, now. */
  flush(): void {
    if (this.#outbox.length === 0) return;
    const envelope = this.#outbox;
    this.#outbox = [];
    this.#port.postMessage(envelope);
  }

  /**
   * The other side is gone. Calls for which `retry` holds are sent again to `port`, in their order; the rest fail.
   */
  reconnect(port: MessagePort, retry: (op: string, arg: unknown) => true | Error): void {
    this.#port = port;
    this.#outbox = [];
    this.#inbox = [];
    this.#listen(port);
    for (const [id, pending] of [...this.#pending]) {
      pending.losses += 1;
      const verdict =
        pending.losses > MAX_LOSSES && REPEATED.has(pending.op) ? givenUp() : retry(pending.op, pending.arg);
      if (verdict === true) {
        this.#outbox.push({ id, op: pending.op, arg: pending.arg });
        continue;
      }
      this.#pending.delete(id);
      pending.reject(verdict);
    }
    this.#scheduleFlush();
  }

  /** The other side is gone for good: all calls fail. */
  fail(message: string): void {
    for (const pending of this.#pending.values()) pending.reject(new RemoteError(message, true));
    this.#pending.clear();
  }

  #listen(port: MessagePort): void {
    port.on("message", (envelope: Envelope) => {
      if (this.#port !== port) return;
      this.#inbox = this.#inbox.length === 0 ? envelope : this.#inbox.concat(envelope);
      if (!this.#draining) this.#drain();
    });
  }

  /** Everything in its order; a request or event that follows replies waits until those who waited for them have gone on. */
  #drain(): void {
    this.#draining = false;
    const envelope = this.#inbox;
    this.#inbox = [];
    let settled = false;
    for (let index = 0; index < envelope.length; index++) {
      const item = envelope[index]!;
      if (!("op" in item)) {
        this.#settle(item);
        settled = true;
        continue;
      }
      if (settled) {
        this.#inbox = envelope.slice(index);
        this.#draining = true;
        setImmediate(() => this.#drain());
        return;
      }
      void this.#handle(item);
    }
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    if (reply.error !== undefined) pending.reject(new RemoteError(reply.error.message));
    else pending.resolve(reply.value as never);
  }

  async #handle({ id, op, arg }: Request): Promise<void> {
    const port = this.#port;
    try {
      const operation = this.#local.get(op);
      if (operation === undefined) throw new Error(`Unknown operation ${op}`);
      const value = await operation(arg as never);
      if (id !== 0 && port === this.#port) this.#reply({ id, value });
    } catch (error) {
      // An event that cannot be handled is a mistake in this program: let it surface.
      if (id === 0) throw error;
      if (port === this.#port)
        this.#reply({ id, error: { message: error instanceof Error ? error.message : String(error) } });
    }
  }

  #reply(reply: Reply): void {
    this.#outbox.push(reply);
    this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      this.flush();
    });
  }
}
