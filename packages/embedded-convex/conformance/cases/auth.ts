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
    run: async ({ driver }) => {
      const identity = (await driver.query("forms:whoami", {}, { as: ann })) as Record<string, string>;
      expect(identity).toMatchObject(ann);
      expect(identity.tokenIdentifier).toBe(`${identity.issuer}|ann`);
      expect(await driver.action("forms:whoamiInAction", {}, { as: ann })).toEqual(identity);
      expect(await (await driver.fetch("/who", {}, { as: ann })).json()).toBe("ann");
      expect(await (await driver.fetch("/who")).json()).toBeNull();
    },
  },
];
