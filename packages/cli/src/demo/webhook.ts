import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { CommandError } from "../output.ts";

const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 200;
const REQUEST_TIMEOUT_MS = 60_000;
const accepted = z.object({ runId: z.string().min(1) });

export interface WebhookPosterOptions {
  url: URL;
  signal: AbortSignal;
}

/** Posts to the scenario's webhook. */
export class WebhookPoster {
  readonly #options: WebhookPosterOptions;

  constructor(options: WebhookPosterOptions) {
    this.#options = options;
  }

  /**
   * Posts until it is accepted; a limit or an outage is waited for, which the idempotency key makes safe.
   * @returns the id of the run
   * @throws CommandError where the webhook refuses, or stays unreachable
   */
  async post(body: object, { idempotencyKey }: { idempotencyKey: string }): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const { status, answer, retryAfterMs } = await this.send(body, idempotencyKey);
      const parsed = accepted.safeParse(answer);
      if (status === 202 && parsed.success) return parsed.data.runId;
      const isPassing = status === 429 || status === 503 || status === 0;
      if (!isPassing || attempt === MAX_ATTEMPTS) {
        const reason = status === 0 ? "does not answer" : `answered ${status}: ${JSON.stringify(answer)}`;
        throw new CommandError("webhook_refused", `The webhook ${reason.slice(0, 300)}`);
      }
      await this.#pause(retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }

  /** One request, whatever comes back; status 0 where nothing does. */
  async send(
    body: object,
    idempotencyKey: string,
  ): Promise<{ status: number; answer: unknown; retryAfterMs: number | undefined }> {
    const { url, signal } = this.#options;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      const seconds = Number(response.headers.get("retry-after") ?? "NaN");
      const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
      const text = await response.text();
      return { status: response.status, answer: parseJson(text), retryAfterMs };
    } catch {
      signal.throwIfAborted();
      return { status: 0, answer: null, retryAfterMs: undefined };
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#options;
    await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
