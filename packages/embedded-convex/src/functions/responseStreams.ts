import type { HttpAnswer } from "../process/messages.ts";

type Chunk = { stream: number; chunk: Uint8Array | null; error: string | null };

/** Turns responses into messages: complete ones into a single message, streamed ones into a head and chunks. */
export class ResponseStreams {
  readonly #emit: (chunk: Chunk) => void;
  readonly #readers = new Map<number, ReadableStreamDefaultReader<Uint8Array>>();
  #nextStream = 1;

  constructor(emit: (chunk: Chunk) => void) {
    this.#emit = emit;
  }

  /** @throws if the handler did not return a Response. */
  async answer(response: Response): Promise<HttpAnswer> {
    if (!(response instanceof Response)) throw new Error("HTTP actions must return a Response.");
    const head = { status: response.status, headers: [...response.headers] as [string, string][] };
    if (response.body === null) return { ...head, body: null, stream: null };
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const first = await reader.read();
    if (first.done) return { ...head, body: null, stream: null };
    const rest = reader.read();
    const second = await Promise.race([rest, nextTurn()]);
    if (second?.done === true) return { ...head, body: first.value, stream: null };
    const stream = this.#nextStream++;
    this.#readers.set(stream, reader);
    void this.#pump(stream, reader, rest);
    return { ...head, body: first.value, stream };
  }

  cancel(stream: number): void {
    const reader = this.#readers.get(stream);
    this.#readers.delete(stream);
    reader?.cancel("The client has gone").catch(() => undefined);
  }

  async #pump(
    stream: number,
    reader: ReadableStreamDefaultReader<Uint8Array>,
    next: ReturnType<typeof reader.read>,
  ): Promise<void> {
    try {
      for (let read = await next; !read.done; read = await reader.read())
        this.#emit({ stream, chunk: read.value, error: null });
      this.#emit({ stream, chunk: null, error: null });
    } catch (error) {
      this.#emit({ stream, chunk: null, error: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#readers.delete(stream);
    }
  }
}

function nextTurn(): Promise<null> {
  return new Promise((resolve) => setImmediate(() => resolve(null)));
}
