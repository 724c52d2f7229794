import { expect } from "vitest";
import type { Case } from "../driver.ts";

const ann = { subject: "ann", name: "Ann", email: "ann@example.com" };

export const authCases: readonly Case[] = [
  {
    name: "an anonymous caller has no identity",
    run: async ({ driver }) => {
      expect(await driver.query("forms:whoami")).toBeNull();
      expect(await driver.action("forms:whoamiInAction")).toBeNull();
    },
  },
  {
    name: "queries, actions and HTTP actions see who calls",
    covers: ["Auth.getUserIdentity", "Generic*Ctx.auth", "AuthConfig.providers", "syscall 1.0/getUserIdentity"],
    run: async ({ driver }) => {
      const identity = (await driver.query("forms:whoami", {}, { as: ann })) as Record<string, string>;
      expect(identity).toMatchObject(ann);
      expect(identity.tokenIdentifier).toBe(`${identity.issuer}|ann`);
      expect(await driver.action("forms:whoamiInAction", {}, { as: ann })).toEqual(identity);
      expect(await (await driver.fetch("/who", {}, { as: ann })).json()).toBe("ann");
      expect(await (await driver.fetch("/who")).json()).toBeNull();
    },
  },
  {
    name: "an identity has the claims of its token, each under its name",
    covers: ["UserIdentity.*"],
    differs: { right: "wire", why: "convex-test takes an identity as it should come out" },
    run: async ({ driver }) => {
      const claims: [claim: string, attribute: string][] = [
        ["name", "name"],
        ["given_name", "givenName"],
        ["family_name", "familyName"],
        ["nickname", "nickname"],
        ["preferred_username", "preferredUsername"],
        ["profile", "profileUrl"],
        ["picture", "pictureUrl"],
        ["email", "email"],
        ["gender", "gender"],
        ["birthdate", "birthday"],
        ["zoneinfo", "timezone"],
        ["locale", "language"],
        ["phone_number", "phoneNumber"],
        ["own", "own"],
      ];
      const wire = driver.reference === "wire";
      const given = claims.map(([claim, attribute]) => [wire ? claim : attribute, `the ${claim}`]);
      const as = { subject: "ann", ...(Object.fromEntries(given) as Record<string, string>) };
      const identity = (await driver.query("forms:whoami", {}, { as })) as Record<string, string>;
      const expected = Object.fromEntries(claims.map(([claim, attribute]) => [attribute, `the ${claim}`]));
      expect(identity).toMatchObject({ ...expected, subject: "ann", tokenIdentifier: `${identity.issuer}|ann` });
    },
  },
];
