import { describe, expect, it } from "vitest";
import { contentSecurityPolicy } from "./contentSecurityPolicy.ts";

const directivesOf = (policy: string) =>
  new Map(policy.split("; ").map((directive) => [directive.split(" ")[0], directive.split(" ").slice(1)] as const));

const production = directivesOf(
  contentSecurityPolicy({ nonce: "abc", convexOrigin: "https://convex.example:8443", development: false }),
);

describe("contentSecurityPolicy", () => {
  it("lets only scripts with the nonce run, and never eval", () => {
    expect(production.get("script-src")).toEqual(["'self'", "'nonce-abc'", "'strict-dynamic'"]);
  });

  it("connects to the deployment over HTTP and WebSocket and to nothing else", () => {
    expect(production.get("connect-src")).toEqual([
      "'self'",
      "https://convex.example:8443",
      "wss://convex.example:8443",
    ]);
  });

  it.each(["object-src", "frame-ancestors", "base-uri", "frame-src"])("forbids %s", (name) => {
    expect(production.get(name)).toEqual(["'none'"]);
  });

  it("allows eval to React's development build only", () => {
    const policy = contentSecurityPolicy({ nonce: "n", convexOrigin: "http://127.0.0.1:1", development: true });
    expect(directivesOf(policy).get("script-src")).toContain("'unsafe-eval'");
  });
});
