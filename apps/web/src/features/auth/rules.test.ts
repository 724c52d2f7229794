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
  const refused = (data: unknown) => Object.assign(new Error("[CONVEX A(x)] [Request ID: 1] Server Error"), { data });

  it("uses the backend's words, which no error's text carries", () => {
    const data = { code: "rate_limited", message: "Too many attempts. Try again in 3 min." };
    expect(signInFailure("signIn", refused(data))).toBe("Too many attempts. Try again in 3 min.");
  });

  it("does not blame the password for a fault of the server", () => {
    const words = signInFailure("signIn", new Error("[Request ID: 1] Server Error"));
    expect(words).toMatch(/went wrong on the server/);
    expect(words).not.toMatch(/Request ID|password/);
  });

  it.each(["Failed to fetch", "Connection lost while action was in flight"])(
    "tells a lost server apart: %s",
    (text) => {
      expect(signInFailure("signIn", new TypeError(text))).toMatch(/cannot be reached/);
    },
  );
});
