import { expect } from "vitest";
import { type Case, messageFor, OTHER_WORDS } from "../driver.ts";

export const handleCases: readonly Case[] = [
  {
    name: "functions have names and addresses",
    covers: [
      "convex/server.getFunctionName",
      "convex/server.anyApi",
      "convex/server.filterApi",
      "convex/server.getFunctionAddress",
      "convex/server.makeFunctionReference",
    ],
    run: async ({ driver }) => {
      expect(await driver.query("handles:names")).toEqual({
        reference: "nested:addRow",
        api: "nested:addRow",
        filtered: "nested:readRows",
        address: { name: "nested:addRow" },
      });
    },
  },
  {
    name: "functions are called by handle, by reference and by api",
    covers: [
      "convex/server.createFunctionHandle",
      "syscall 1.0/createFunctionHandle",
      "GenericMutationCtx.run*",
      "GenericActionCtx.run*",
    ],
    run: async ({ driver, tag }) => {
      const handle = await driver.mutation("handles:make");
      expect(handle).toMatch(/^function:\/\//);
      expect(await driver.mutation("handles:use", { tag, handle })).toEqual(["by handle", "by reference", "by api"]);
      expect(await driver.action("handles:useInAction", { tag, handle })).toEqual([
        ["by handle", "by reference", "by api", "by action"],
        8,
      ]);
      expect(await driver.action("handles:makeInAction")).toHaveLength(2);
    },
  },
  {
    name: "functions are scheduled by handle",
    run: async ({ driver, tag }) => {
      const handle = await driver.mutation("handles:make");
      await driver.mutation("handles:schedule", { tag, handle });
      const rows = () => driver.query("handles:queryInQuery", { tag }) as Promise<string[]>;
      await driver.settle(async () => (await rows()).length === 1);
      expect(await rows()).toEqual(["scheduled by handle"]);
    },
  },
  {
    name: "a handle of nothing cannot be made",
    wireOnly: "convex-test makes handles of any name",
    run: async ({ driver }) => {
      await expect(driver.mutation("handles:makeMissing")).rejects.toThrow(/missing/);
    },
  },
  {
    name: "nested calls at once run one after the other, each whole",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("handles:together", { tag })).toEqual([
        ["fulfilled", "rejected", "fulfilled", "fulfilled"],
        ["a", "c", "d"],
      ]);
    },
  },
  {
    name: "a query calls a query",
    covers: ["GenericQueryCtx.runQuery"],
    run: async ({ driver, tag }) => {
      await driver.mutation("nested:addRow", { tag, value: "x", fail: false });
      expect(await driver.query("handles:queryInQuery", { tag })).toEqual(["x"]);
    },
  },
  {
    name: "a nested call is checked like any other",
    differs: OTHER_WORDS,
    run: async ({ driver, tag }) => {
      const { message, missing, kind, rows } = (await driver.mutation("handles:wrongArguments", { tag })) as Record<
        string,
        string
      >;
      expect(message).toMatch(
        messageFor(driver, { wire: /ArgumentValidationError: .*\nPath: \.value/, convexTest: /Validator error/ }),
      );
      expect(missing).toMatch(
        messageFor(driver, { wire: "Could not find function for 'handles:missing'", convexTest: "missing" }),
      );
      expect(kind).toMatch(
        messageFor(driver, {
          wire: "Trying to execute nested:addRow as Query, but it is defined as Mutation.",
          convexTest: "is not a query",
        }),
      );
      expect(rows).toEqual([]);
    },
  },
  {
    name: "what a nested mutation wrote stays when its result is refused and its caller goes on",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("handles:wrongResult", { tag })).toEqual([true, ["with a wrong result"]]);
    },
  },
];
