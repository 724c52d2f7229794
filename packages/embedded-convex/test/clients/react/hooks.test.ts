/** `convex/react` and `convex/nextjs`, unmodified, against a real deployment. */
import "./dom.ts";
import { randomUUID } from "node:crypto";
import { act, cleanup, configure, renderHook, waitFor } from "@testing-library/react";
import { ConvexHttpClient } from "convex/browser";
import { fetchAction, fetchMutation, fetchQuery, preloadedQueryResult, preloadQuery } from "convex/nextjs";
import {
  ConvexProvider,
  ConvexProviderWithAuth,
  ConvexReactClient,
  useConvexAuth,
  useConvexConnectionState,
  useMutation,
  usePaginatedQuery,
  usePreloadedQuery,
  useQueries,
  useQuery,
} from "convex/react";
import { makeFunctionReference, type PaginationOptions, type PaginationResult } from "convex/server";
import { createElement, type ReactNode } from "react";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Deployment } from "../../deployment.ts";
import { createTokenIssuer, type TokenIssuer } from "../../tokens.ts";
import { startWithApp, webSocketConstructor } from "../support.ts";

type Tag = { tag: string };
const add = makeFunctionReference<"mutation", Tag & { rank: number }, number>("notes:add");
const remove = makeFunctionReference<"mutation", Tag & { rank: number }, null>("notes:remove");
const ranks = makeFunctionReference<"query", Tag, number[]>("notes:ranks");
const count = makeFunctionReference<"query", Tag, number>("notes:count");
const page = makeFunctionReference<
  "query",
  Tag & { paginationOpts: PaginationOptions },
  PaginationResult<{ rank: number }>
>("notes:page");
const inQuery = makeFunctionReference<"query", { kind: "error" | "data" }, null>("errors:inQuery");
const inMutation = makeFunctionReference<"mutation", { kind: "error" | "data" }, null>("errors:inMutation");
const whoIs = makeFunctionReference<"action", Record<string, never>, string | null>("notes:whoIs");
const asksWho = makeFunctionReference<"query", Tag, string | null>("notes:asksWho");

let deployment: Deployment;
let issuer: TokenIssuer;
let client: ConvexReactClient;
let http: ConvexHttpClient;
let tag: string;

beforeAll(async () => {
  configure({ asyncUtilTimeout: 15_000 });
  issuer = await createTokenIssuer();
  deployment = await startWithApp({ functionEnv: issuer.env });
}, 60_000);

beforeEach(() => {
  tag = randomUUID();
  client = new ConvexReactClient(deployment.cloudUrl, { webSocketConstructor, logger: false });
  http = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
});

afterEach(async () => {
  cleanup();
  await client.close();
});

afterAll(() => deployment?.dispose());

const wrapper = ({ children }: { children: ReactNode }) => createElement(ConvexProvider, { client, children });

/** Renders a hook below the provider; `seen` are the values of all renders. */
function render<Result>(hook: () => Result) {
  const seen: Result[] = [];
  const rendered = renderHook(
    () => {
      const value = hook();
      seen.push(value);
      return value;
    },
    { wrapper },
  );
  return { ...rendered, seen, now: () => rendered.result.current };
}

const insert = async (...wanted: number[]) => {
  for (const rank of wanted) await http.mutation(add, { tag, rank });
};

describe("convex/react", () => {
  it("follows a query, and others' writes", async () => {
    const { now } = render(() => useQuery(ranks, { tag }));
    await waitFor(() => expect(now()).toEqual([]));
    await insert(2, 1);
    await waitFor(() => expect(now()).toEqual([1, 2]));
  });

  it("shows an optimistic update at once, and what really happened in its place", async () => {
    const { now, seen } = render(() => {
      const mutate = useMutation(add).withOptimisticUpdate((store, { rank }) => {
        const known = store.getQuery(ranks, { tag });
        // A guess that is a little wrong, to tell it from the truth.
        if (known !== undefined) store.setQuery(ranks, { tag }, [...known, rank + 0.5]);
      });
      return { list: useQuery(ranks, { tag }), mutate };
    });
    await waitFor(() => expect(now().list).toEqual([]));
    let done: Promise<number>;
    act(() => {
      done = now().mutate({ tag, rank: 1 });
    });
    expect(now().list).toEqual([1.5]);
    await act(async () => void (await done));
    await waitFor(() => expect(now().list).toEqual([1]));
    // Never both, never neither.
    expect(new Set(seen.map(({ list }) => JSON.stringify(list)))).toEqual(new Set([undefined, "[]", "[1.5]", "[1]"]));
  });

  it("takes an optimistic update back when the mutation fails", async () => {
    const { now } = render(() => {
      const mutate = useMutation(inMutation).withOptimisticUpdate((store) => store.setQuery(ranks, { tag }, [99]));
      return { list: useQuery(ranks, { tag }), mutate };
    });
    await waitFor(() => expect(now().list).toEqual([]));
    await act(async () => {
      await expect(now().mutate({ kind: "data" })).rejects.toMatchObject({ data: { code: "known", detail: 7n } });
    });
    expect(now().list).toEqual([]);
  });

  it("asks several queries at once, and one that fails does not take the others along", async () => {
    const asked = {
      list: { query: ranks, args: { tag } },
      size: { query: count, args: { tag } },
      broken: { query: inQuery, args: { kind: "error" } },
    };
    const { now } = render(() => useQueries(asked));
    await waitFor(() => expect([now().list, now().size]).toEqual([[], 0]));
    await waitFor(() => expect(now().broken).toBeInstanceOf(Error));
    await insert(1, 2, 3);
    await waitFor(() => expect([now().list, now().size]).toEqual([[1, 2, 3], 3]));
  });

  it("knows the state of its connection", async () => {
    const { now } = render(() => useConvexConnectionState());
    await waitFor(() => expect(now()).toMatchObject({ isWebSocketConnected: true, hasEverConnected: true }));
  });
});

describe("usePaginatedQuery", () => {
  const pages = () => render(() => usePaginatedQuery(page, { tag }, { initialNumItems: 4 }));
  const shown = (result: { results: { rank: number }[] }) => result.results.map(({ rank }) => rank);

  it("grows page by page to the end", async () => {
    await insert(...Array.from({ length: 10 }, (_, index) => index));
    const { now } = pages();
    await waitFor(() => expect([now().status, shown(now())]).toEqual(["CanLoadMore", [0, 1, 2, 3]]));
    act(() => now().loadMore(4));
    await waitFor(() => expect([now().status, shown(now()).length]).toEqual(["CanLoadMore", 8]));
    act(() => now().loadMore(4));
    await waitFor(() => expect([now().status, shown(now()).length]).toEqual(["Exhausted", 10]));
  });

  it("has no gaps and no repetitions when pages before the last one grow, shrink and split", async () => {
    await insert(...Array.from({ length: 12 }, (_, index) => index * 10));
    const { now, seen } = pages();
    await waitFor(() => expect(now().status).toBe("CanLoadMore"));
    act(() => now().loadMore(4));
    await waitFor(() => expect(shown(now())).toEqual([0, 10, 20, 30, 40, 50, 60, 70]));
    // More than twice the size of the first page: the client splits it in two.
    const many = Array.from({ length: 20 }, (_, index) => 10 + (index + 1) / 100);
    await insert(...many);
    const grown = [0, 10, ...many, 20, 30, 40, 50, 60, 70];
    await waitFor(() => expect(shown(now())).toEqual(grown));
    for (const rank of [...many.slice(5), 30, 40]) await http.mutation(remove, { tag, rank });
    const shrunk = grown.filter((rank) => ![...many.slice(5), 30, 40].includes(rank));
    await waitFor(() => expect(shown(now())).toEqual(shrunk));
    act(() => now().loadMore(100));
    await waitFor(async () => expect(shown(now())).toEqual(await http.query(ranks, { tag })));
    for (const value of seen) {
      const list = shown(value);
      expect(list).toEqual([...new Set(list)].sort((a, b) => a - b));
    }
  }, 40_000);
});

describe("an identity", () => {
  it("comes with the provider's token, and goes with it", async () => {
    let signedIn = true;
    const useAuth = () => ({
      isLoading: false,
      isAuthenticated: signedIn,
      fetchAccessToken: () => (signedIn ? issuer.sign({ subject: "ann" }) : Promise.resolve(null)),
    });
    const withAuth = ({ children }: { children: ReactNode }) =>
      createElement(ConvexProviderWithAuth, { client, useAuth, children });
    const { result, rerender } = renderHook(() => ({ auth: useConvexAuth(), who: useQuery(asksWho, { tag }) }), {
      wrapper: withAuth,
    });
    await waitFor(() => expect(result.current).toMatchObject({ auth: { isAuthenticated: true }, who: "ann" }));
    signedIn = false;
    rerender();
    await waitFor(() => expect(result.current).toMatchObject({ auth: { isAuthenticated: false }, who: null }));
  });
});

describe("convex/nextjs", () => {
  const options = () => ({ url: deployment.cloudUrl });

  it("fetches on the server, with and without a token", async () => {
    expect(await fetchMutation(add, { tag, rank: 7 }, options())).toBe(7);
    expect(await fetchQuery(ranks, { tag }, options())).toEqual([7]);
    expect(await fetchAction(whoIs, {}, options())).toBeNull();
    const token = await issuer.sign({ subject: "ann" });
    expect(await fetchAction(whoIs, {}, { ...options(), token })).toBe("ann");
    await expect(fetchMutation(inMutation, { kind: "data" }, options())).rejects.toMatchObject({
      data: { code: "known", detail: 7n },
    });
  });

  it("hands a preloaded query to the client, where it goes on live", async () => {
    await insert(1);
    const preloaded = await preloadQuery(ranks, { tag }, options());
    expect(preloadedQueryResult(preloaded)).toEqual([1]);
    const { now, seen } = render(() => usePreloadedQuery(preloaded));
    expect(seen[0]).toEqual([1]);
    await insert(2);
    await waitFor(() => expect(now()).toEqual([1, 2]));
  });
});

it("ConvexHttpClient's consistent queries ask at one timestamp", async () => {
  await insert(1);
  const consistent = http as unknown as { consistentQuery: (query: unknown, args: object) => Promise<unknown> };
  expect(await consistent.consistentQuery(ranks, { tag })).toEqual([1]);
});
