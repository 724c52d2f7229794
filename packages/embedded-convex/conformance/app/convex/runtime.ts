import { actionGeneric, makeFunctionReference, mutationGeneric, queryGeneric } from "convex/server";
import { ConvexError, v, type Value } from "convex/values";

/** What the runtime allows, and what it hides. */

const randomReference = makeFunctionReference<"query", Record<string, never>, number[]>("runtime:random");
const failReference = makeFunctionReference<"mutation", { data: Value }, null>("runtime:failsWith");
const failQueryReference = makeFunctionReference<"query", { data: Value }, null>("runtime:queryFailsWith");
const failActionReference = makeFunctionReference<"action", { data: Value }, null>("runtime:actionFailsWith");
const plainReference = makeFunctionReference<"mutation", Record<string, never>, null>("runtime:failsPlainly");

export const random = queryGeneric({ handler: () => [Math.random(), Math.random()] });

export const times = mutationGeneric({
  handler: async (ctx) => {
    const before = [Date.now(), new Date().getTime(), Number(new Date(Date.now()))];
    await ctx.db.query("direct").first();
    const after = [Date.now(), new Date().getTime(), Number(new Date(Date.now()))];
    const other = new Date(0);
    return { before, after, epoch: other.toISOString(), isDate: other instanceof Date, text: typeof Date() };
  },
});

async function messageOf(body: () => unknown): Promise<string> {
  try {
    await body();
    return "allowed";
  } catch (error) {
    return (error as Error).message;
  }
}

const forbidden: Record<string, () => unknown> = {
  fetch: () => fetch("https://example.com"),
  setTimeout: () => setTimeout(() => undefined, 0),
  setInterval: () => setInterval(() => undefined, 1000),
};

export const forbiddenInQuery = queryGeneric({
  args: { name: v.string() },
  handler: (_ctx, { name }) => messageOf(forbidden[name]!),
});
export const forbiddenInMutation = mutationGeneric({
  args: { name: v.string() },
  handler: (_ctx, { name }) => messageOf(forbidden[name]!),
});

export const timersInAction = actionGeneric({
  handler: async () => {
    const start = Date.now();
    let ticks = 0;
    await new Promise<void>((resolve) => {
      const interval = setInterval(() => {
        if (++ticks < 3) return;
        clearInterval(interval);
        resolve();
      }, 2);
    });
    const cleared = setTimeout(() => (ticks = -1), 1);
    clearTimeout(cleared);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { ticks, moved: Date.now() > start };
  },
});

/** Cryptography that a transaction may use. */
export const digests = queryGeneric({
  handler: async () => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc"));
    const key = await crypto.subtle.importKey("raw", new Uint8Array(16), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
    const signed = await crypto.subtle.sign("HMAC", key, new Uint8Array(3));
    return { digest, signed: signed.byteLength, uuid: crypto.randomUUID().length };
  },
});

/** Web standards that are there in every function. */
export const standards = queryGeneric({
  handler: () => {
    const url = new URL("/a?b=1", "https://example.com");
    return {
      url: url.href,
      query: url.searchParams.get("b"),
      text: new TextDecoder().decode(new TextEncoder().encode("é")),
      base64: btoa("abc") + atob("YWJj"),
      copy: structuredClone({ a: [1] }),
      headers: new Headers({ "X-A": "1" }).get("x-a"),
      kinds: [typeof ReadableStream, typeof AbortController, typeof Blob, typeof Request, typeof crypto.subtle],
      hidden: [
        typeof (globalThis as { require?: unknown }).require,
        typeof (globalThis as { Buffer?: unknown }).Buffer,
      ],
    };
  },
});

/** Modules are evaluated once and keep what they hold, but nobody may count on it. */
export const environment = queryGeneric({
  args: { name: v.string() },
  handler: (_ctx, { name }) => process.env[name] ?? null,
});

export const failsWith = mutationGeneric({
  handler: (_ctx, { data }: { data?: Value }) => {
    throw new ConvexError(data as Value);
  },
});
export const queryFailsWith = queryGeneric({
  handler: (_ctx, { data }: { data?: Value }) => {
    throw new ConvexError(data as Value);
  },
});
export const actionFailsWith = actionGeneric({
  handler: (_ctx, { data }: { data?: Value }) => {
    throw new ConvexError(data as Value);
  },
});

class Refusal extends ConvexError<{ code: string }> {
  constructor() {
    super({ code: "refused" });
  }
}

export const failsWithSubclass = queryGeneric({
  handler: () => {
    throw new Refusal();
  },
});

export const failsPlainly = mutationGeneric({
  handler: () => {
    throw new TypeError("a plain error");
  },
});

export const failsWithText = queryGeneric({
  handler: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is thrown need not be an error
    throw "only text";
  },
});

/** What a caller inside of a function catches: kind, message and data. */
function caught(error: unknown) {
  const { message, data } = error as ConvexError<Value>;
  return { isConvexError: error instanceof ConvexError, isError: error instanceof Error, data: data ?? null, message };
}

export const catchesInMutation = mutationGeneric({
  args: { data: v.any() },
  handler: async (ctx, { data }) => [
    await ctx.runMutation(failReference, { data: data as Value }).catch(caught),
    await ctx.runQuery(failQueryReference, { data: data as Value }).catch(caught),
    await ctx.runMutation(plainReference, {}).catch(caught),
  ],
});

export const catchesInAction = actionGeneric({
  args: { data: v.any() },
  handler: async (ctx, { data }) => [
    await ctx.runMutation(failReference, { data: data as Value }).catch(caught),
    await ctx.runQuery(failQueryReference, { data: data as Value }).catch(caught),
    await ctx.runAction(failActionReference, { data: data as Value }).catch(caught),
    await ctx.runMutation(plainReference, {}).catch(caught),
  ],
});

/** Randomness of a nested call is its own. */
export const nestedRandom = queryGeneric({
  handler: async (ctx): Promise<number[]> => [Math.random(), ...(await ctx.runQuery(randomReference, {}))],
});

export const returns = queryGeneric({
  args: { what: v.string() },
  handler: (_ctx, { what }) => {
    const values: Record<string, unknown> = {
      undefined: undefined,
      "undefined field": { a: undefined, b: 1 },
      date: new Date(0),
      map: new Map(),
      function: () => 1,
      "large integer": 2n ** 64n,
      "undefined in a list": [undefined],
    };
    return values[what] as null;
  },
});
