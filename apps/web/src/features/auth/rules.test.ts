import { describe, expect, it } from "vitest";
import { checkCredentials, signInFailure } from "./rules.ts";

const good = { name: "Mara Klein", email: "mara@acme.dev", password: "correct horse" };

describe("checkCredentials", () => {
  it("accepts what is complete", () => {
    expect(checkCredentials("signUp", good)).toEqual({});
    expect(checkCredentials("signIn", { ...good, name: "" })).toEqual({});
  });

  it("accepts any password length when signing in: rules may have changed since", () => {
    expect(checkCredentials("signIn", { ...good, password: "short" })).toEqual({});
  });

  it.each([
    ["name", { ...good, name: "  " }],
    ["email", { ...good, email: "mara" }],
    ["password", { ...good, password: "short" }],
    ["password", { ...good, password: "x".repeat(257) }],
    ["password", { ...good, password: "Mara@acme.dev" }],
  ] as const)("names %s", (field, credentials) => {
    expect(Object.keys(checkCredentials("signUp", credentials))).toEqual([field]);
  });
});

describe("signInFailure", () => {
  it("uses the backend's words where it has any", () => {
    const error = new Error('Uncaught ConvexError: {"code":"sign_up_closed","message":"Sign-up is \\"closed\\"."}');
    expect(signInFailure("signUp", error)).toBe('Sign-up is "closed".');
  });

  it("does not tell a wrong address from a wrong password", () => {
    const words = [new Error("InvalidAccountId"), new Error("InvalidSecret")].map((error) =>
      signInFailure("signIn", error),
    );
    expect(new Set(words).size).toBe(1);
  });

  it("tells throttling and a lost server apart", () => {
    expect(signInFailure("signIn", new Error("TooManyFailedAttempts"))).toMatch(/Too many/);
    expect(signInFailure("signIn", new TypeError("Failed to fetch"))).toMatch(/cannot be reached/);
  });
});
