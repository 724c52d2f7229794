import { describe, expect, it } from "vitest";
import { checkNewPassword, hashPassword, verifyPassword } from "./passwords.ts";

describe("passwords", () => {
  it("verifies the password that was hashed, and no other", async () => {
    const hash = await hashPassword("correct horse");
    expect(hash).toMatch(/^scrypt\.16384\.8\.5\.[\w-]{22}\.[\w-]{43}$/);
    expect(hash).not.toContain("correct");
    expect(await verifyPassword("correct horse", hash)).toBe(true);
    expect(await verifyPassword("correct horsf", hash)).toBe(false);
  });

  it("salts: two hashes of one password differ", async () => {
    expect(await hashPassword("correct horse")).not.toBe(await hashPassword("correct horse"));
  });

  it("does the work and says no where there is no account", async () => {
    expect(await verifyPassword("correct horse", null)).toBe(false);
  });

  it("takes the same password in another Unicode form", async () => {
    const hash = await hashPassword("pass\u00e9word");
    expect(await verifyPassword("passe\u0301word", hash)).toBe(true);
  });

  it("does not accept a hash of another kind", async () => {
    await expect(verifyPassword("correct horse", "$2b$10$abc")).rejects.toThrow("known format");
  });

  it("refuses short and endless passwords with a reason", async () => {
    expect(() => checkNewPassword("1234567")).toThrow("at least 8 characters");
    expect(() => checkNewPassword("x".repeat(257))).toThrow("at most 256 characters");
    expect(() => checkNewPassword("12345678")).not.toThrow();
    expect(await verifyPassword("x".repeat(257), null)).toBe(false);
  });
});
