import { createLocalJWKSet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { SigningKey } from "./signingKey.ts";

const key = new SigningKey(SigningKey.generate());
const at = { issuer: "http://deployment", nowMs: Date.UTC(2026, 0, 1) };

describe("tokens that the deployment signs", () => {
  it("are verified by its public key, and name issuer and times", async () => {
    const token = key.sign({ claims: { sub: "ada", roles: ["editor"] }, expiresInSeconds: 60 }, at);
    const keys = createLocalJWKSet(key.publicKeys);
    const { payload, protectedHeader } = await jwtVerify(token, keys, { currentDate: new Date(at.nowMs + 59_000) });
    const iat = at.nowMs / 1000;
    expect(payload).toEqual({ sub: "ada", roles: ["editor"], iss: "http://deployment", iat, exp: iat + 60 });
    expect(protectedHeader).toMatchObject({ alg: "ES256", typ: "JWT" });
    expect(protectedHeader.kid).toBe(key.publicKeys.keys[0]!.kid);
    await expect(jwtVerify(token, keys, { currentDate: new Date(at.nowMs + 61_000) })).rejects.toThrow("exp");
    const other = createLocalJWKSet(new SigningKey(SigningKey.generate()).publicKeys);
    await expect(jwtVerify(token, other)).rejects.toThrow();
  });

  it("show no private part, and keep their key's name", () => {
    const stored = SigningKey.generate();
    expect(new SigningKey(stored).publicKeys).toEqual(new SigningKey(stored).publicKeys);
    expect(JSON.stringify(new SigningKey(stored).publicKeys)).not.toContain(stored.d);
  });

  it.each(["iss", "iat", "exp", "nbf", "convexRole", "CVX_x", "Convex"])("do not carry a %s of the caller", (claim) => {
    expect(() => key.sign({ claims: { [claim]: "x" }, expiresInSeconds: 1 }, at)).toThrow(`\`${claim}\` is reserved`);
  });

  it.each([0, -1, 3601, Number.NaN, Infinity, "60" as unknown as number])("live no %s seconds", (expiresInSeconds) => {
    expect(() => key.sign({ expiresInSeconds }, at)).toThrow("must be between 1 and 3600");
  });
});
