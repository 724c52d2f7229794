import { describe, expect, it } from "vitest";
import { Callers } from "./callers.ts";

const identity = { subject: "ann", note: "é" };
const encoded = Buffer.from(JSON.stringify(identity)).toString("base64");

const callersWith = (adminKey: string) =>
  new Callers({
    adminKey,
    verifier: () => {
      throw new Error("no token was to be verified");
    },
  });

describe.each(["name|0123456789abcdef", "prod:name|0123456789abcdef", "a:b:c:d:e:f:g:h:i", "plain0123456789ab"])(
  "the admin key %s",
  (key) => {
    const callers = callersWith(key);

    it("is taken as a whole, and with an identity behind it", async () => {
      callers.requireAdmin(`Convex ${key}`);
      callers.requireAdmin(`Convex ${key}:${encoded}`);
      expect(await callers.fromHeader(`Convex ${key}`)).toMatchObject({ admin: true, identity: null });
      const acting = await callers.fromHeader(`Convex ${key}:${encoded}`);
      expect(acting.admin).toBe(true);
      expect(JSON.parse(acting.identity!)).toEqual(identity);
    });

    it.each([
      ["nothing", undefined],
      ["an empty key", "Convex "],
      ["a part", `Convex ${key.slice(0, -1)}`],
      ["its first part", `Convex ${key.split(":")[0]!.slice(0, -1)}`],
      ["more", `Convex ${key}x`],
      ["another scheme", `Bearer ${key}`],
      ["a small letter", `convex ${key}`],
      ["only an identity", `Convex :${encoded}`],
    ])("is not %s", (_name, header) => {
      expect(() => callers.requireAdmin(header)).toThrow("admin key was invalid");
    });
  },
);

it("refuses an identity that is no JSON", () => {
  expect(() => callersWith("name|0123456789abcdef").requireAdmin("Convex name|0123456789abcdef:!!!")).toThrow(
    "not valid JSON",
  );
});

it("takes a header of no known scheme for nobody", async () => {
  expect(await callersWith("name|0123456789abcdef").fromHeader("Basic abc")).toMatchObject({
    admin: false,
    identity: null,
  });
});
