// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useSession } from "./useSession.ts";

const world = { token: null as string | null, isLoading: false, isAuthenticated: false };
vi.mock("@convex-dev/auth/react", () => ({ useAuthToken: () => world.token }));
vi.mock("convex/react", () => ({
  useConvexAuth: () => ({ isLoading: world.isLoading, isAuthenticated: world.isAuthenticated }),
}));

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(world, { token: null, isLoading: false, isAuthenticated: false });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function pass(milliseconds: number) {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
}

describe("useSession", () => {
  it("is none without a token", () => {
    expect(renderHook(useSession).result.current).toBe("none");
  });

  it("waits for the deployment to accept a token that has just come", () => {
    const { result, rerender } = renderHook(useSession);
    world.token = "fresh";
    rerender();
    expect(result.current).toBe("pending");
    world.isAuthenticated = true;
    rerender();
    expect(result.current).toBe("accepted");
  });

  it("takes a token that nobody accepts for none after a while", () => {
    world.token = "refused";
    const { result } = renderHook(useSession);
    pass(9_000);
    expect(result.current).toBe("pending");
    pass(2_000);
    expect(result.current).toBe("none");
  });

  it("is pending while it is being found out, and none once the token is gone", () => {
    Object.assign(world, { token: "kept", isLoading: true });
    const { result, rerender } = renderHook(useSession);
    expect(result.current).toBe("pending");
    Object.assign(world, { token: null, isLoading: false });
    rerender();
    expect(result.current).toBe("none");
  });
});
