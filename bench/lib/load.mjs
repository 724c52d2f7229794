// A load generator: keep-alive connections that post one request after another.
import { Agent, request } from "node:http";

/** Posts one body; resolves to `{ status, headers, text }`. */
export function post(agent, url, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        method: "POST",
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers },
      },
      (incoming) => {
        const chunks = [];
        incoming.on("data", (chunk) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({ status: incoming.statusCode, headers: incoming.headers, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/**
 * Posts `count` bodies over `connections` connections, as fast as they are answered or at `ratePerSecond`. Resolves to the
 * answers' run ids and latencies in milliseconds; answers 429 are counted and posted again after their Retry-After.
 */
export async function drive({ url, count, connections, makeBody, ratePerSecond }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const [runIds, latenciesMs] = [[], []];
  const refused = { count: 0 };
  const began = performance.now();
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) {
      if (ratePerSecond) await until(began + (index * 1_000) / ratePerSecond);
      const sent = performance.now();
      const answer = await postUntilTaken({ agent, url, body: makeBody(index), refused });
      latenciesMs.push(performance.now() - sent);
      runIds.push(JSON.parse(answer.text).runId);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return { runIds, latenciesMs, refused: refused.count, durationMs: performance.now() - began };
}

/** Requests that are under way at once at most; what is due beyond that is not sent. */
const MAX_OPEN = 4_000;

/**
 * Posts bodies when they are due, `ratePerSecond` of them for `durationMs`, whether earlier ones were answered or not. Resolves to the
 * answers `{ index, status, runId, retryAfter, latencyMs }`, status 0 where the connection broke, and how many were sent.
 */
export async function driveOpenly({ url, makeBody, ratePerSecond, durationMs }) {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_OPEN });
  const answers = [];
  const open = new Set();
  const began = performance.now();
  let sent = 0;
  for (let due = 0; performance.now() - began < durationMs;) {
    due = Math.floor(((performance.now() - began) * ratePerSecond) / 1_000);
    for (; sent < due && open.size < MAX_OPEN; sent++) {
      const asked = ask({ agent, url, body: makeBody(sent), index: sent, answers }).finally(() => open.delete(asked));
      open.add(asked);
    }
    await sleep(2);
  }
  await Promise.all(open);
  agent.destroy();
  return { answers, sent };
}

async function ask({ agent, url, body, index, answers }) {
  const sentMs = performance.now();
  try {
    const { status, headers, text } = await post(agent, url, body);
    const { runId } = status === 202 ? JSON.parse(text) : {};
    answers.push({ index, status, runId, retryAfter: headers["retry-after"], latencyMs: performance.now() - sentMs });
  } catch {
    answers.push({ index, status: 0, latencyMs: performance.now() - sentMs });
  }
}

async function postUntilTaken({ agent, url, body, refused }) {
  for (;;) {
    const answer = await post(agent, url, body);
    if (answer.status === 202) return answer;
    if (answer.status !== 429) throw new Error(`The webhook answered ${answer.status}: ${answer.text.slice(0, 500)}`);
    refused.count += 1;
    await sleep(Number(answer.headers["retry-after"] ?? "1") * 1_000);
  }
}

async function until(timeMs) {
  const leftMs = timeMs - performance.now();
  if (leftMs > 0) await sleep(leftMs);
}

export const sleep = (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs));

/** The value below which the given part (0 to 1) of the values lies. */
export function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return value === undefined ? null : Math.round(value * 100) / 100;
}
