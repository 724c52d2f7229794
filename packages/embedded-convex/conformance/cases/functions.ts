import { ConvexError } from "convex/values";
import { expect } from "vitest";
import { messageFor, OTHER_WORDS } from "../driver.ts";
import type { Case } from "../driver.ts";

const everyType = {
  null: null,
  int: 9_223_372_036_854_775_807n,
  negative: -1n,
  float: 1.5,
  special: [-0, NaN, Infinity, -Infinity, 5e-324],
  bool: true,
  text: "é 🎉 \0 \n",
  bytes: new Uint8Array([0, 255, 1]).buffer,
  list: [[], [1, ["deep"]]],
  object: { "a b": 1, nested: { x: null } },
};

export const functionCases: readonly Case[] = [
  {
    name: "values of every type survive the way in and out",
    run: async ({ driver }) => {
      expect(await driver.query("forms:echo", { value: everyType })).toEqual(everyType);
      const [zero] = (await driver.query("forms:echo", { value: [-0] })) as number[];
      expect(Object.is(zero, -0)).toBe(true);
    },
  },
  {
    name: "a function without validators runs, and undefined becomes null",
    covers: [
      "convex/server.queryGeneric",
      "convex/server.mutationGeneric",
      "convex/server.actionGeneric",
      "Generic*Ctx.db",
    ],
    run: async ({ driver }) => {
      expect(await driver.query("forms:shorthand")).toBe("no validators");
      expect(await driver.query("forms:nothing")).toBeNull();
    },
  },
  {
    name: "an action calls internal queries, mutations and actions, each a transaction of its own",
    run: async ({ driver, tag }) => {
      expect(await driver.action("forms:orchestrate", { tag })).toEqual({ before: 0, after: 2, doubled: 42 });
    },
  },
  {
    name: "an action may use Node's modules",
    run: async ({ driver }) => {
      expect(await driver.action("builtins:digest", { text: "x" })).toMatch(/^2d711642b726b044/);
    },
  },
  {
    name: "internal functions can be called by administrators",
    covers: ["convex/server.internal*Generic"],
    run: async ({ driver, tag }) => {
      await driver.internal("mutation", "forms:addRow", { tag, value: 1 });
      expect(await driver.internal("query", "forms:countRows", { tag })).toBe(1);
      expect(await driver.internal("action", "forms:double", { number: 4 })).toBe(8);
    },
  },
  {
    name: "internal functions are hidden from everybody else, like ones that do not exist",
    wireOnly: "convex-test has no callers from outside",
    run: async ({ driver, tag }) => {
      const hidden = (path: string) => `Could not find public function for '${path}'. Did you forget to run`;
      await expect(driver.query("forms:countRows", { tag })).rejects.toThrow(hidden("forms:countRows"));
      await expect(driver.mutation("forms:addRow", { tag, value: 1 })).rejects.toThrow(hidden("forms:addRow"));
      await expect(driver.action("forms:double", { number: 1 })).rejects.toThrow(hidden("forms:double"));
      await expect(driver.query("forms:nowhere")).rejects.toThrow(hidden("forms:nowhere"));
    },
  },
  {
    name: "a function is called as what it is",
    wireOnly: "convex-test has its own texts",
    run: async ({ driver }) => {
      await expect(driver.mutation("forms:echo", { value: 1 })).rejects.toThrow(
        "Trying to execute forms:echo as Mutation, but it is defined as Query.",
      );
    },
  },
  {
    name: "arguments: a missing field is refused",
    differs: OTHER_WORDS,
    run: async ({ driver }) => {
      const message = messageFor(driver, {
        wire: /ArgumentValidationError: Object is missing the required field `text`[\s\S]*Object: \{\}\nValidator: v\.object\(/,
        convexTest: /Missing required field `text`/,
      });
      await expect(driver.query("forms:strict", {})).rejects.toThrow(message);
    },
  },
  {
    name: "arguments: an extra field is refused",
    differs: OTHER_WORDS,
    run: async ({ driver }) => {
      const message = messageFor(driver, {
        wire: /ArgumentValidationError: Object contains extra field `more` that is not in the validator/,
        convexTest: /Unexpected field `more`/,
      });
      await expect(driver.query("forms:strict", { text: "x", more: 1 })).rejects.toThrow(message);
    },
  },
  {
    name: "arguments: wrong types are refused, with the path",
    differs: OTHER_WORDS,
    run: async ({ driver }) => {
      const wrong = (path: string) =>
        messageFor(driver, {
          wire: new RegExp(`ArgumentValidationError: [\\s\\S]*Path: \\.${path}`),
          convexTest: /Validator error: Expected/,
        });
      await expect(driver.query("forms:strict", { text: 1 })).rejects.toThrow(wrong("text"));
      await expect(driver.query("forms:strict", { text: "x", number: 1n })).rejects.toThrow(wrong("number"));
      await expect(driver.query("forms:strict", { text: "x", choice: "c" })).rejects.toThrow(wrong("choice"));
      await expect(driver.query("forms:strict", { text: "x", id: "not an id" })).rejects.toThrow(wrong("id"));
    },
  },
  {
    name: "a returned value that does not match is refused",
    differs: OTHER_WORDS,
    run: async ({ driver }) => {
      const message = messageFor(driver, {
        wire: /ReturnsValidationError: Value does not match validator\.\nPath: \.name/,
        convexTest: /Expected `string`, got `1`/,
      });
      await expect(driver.query("forms:wrongReturn")).rejects.toThrow(message);
    },
  },
  {
    name: "an error reaches the caller with its message",
    run: async ({ driver }) => {
      await expect(driver.query("forms:throwsError")).rejects.toThrow("boom from the handler");
    },
  },
  {
    name: "a ConvexError reaches the caller with its data, and nothing is written",
    run: async ({ driver, tag }) => {
      for (const data of ["text", { code: "conflict", head: [1n, null] }, null, 7]) {
        const error: unknown = await driver
          .mutation("forms:throwsData", { data, tag })
          .catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(ConvexError);
        expect((error as ConvexError<string>).data).toEqual(data);
      }
      expect(await driver.internal("query", "forms:countRows", { tag })).toBe(0);
    },
  },
  {
    name: "unknown functions are refused by name",
    run: async ({ driver }) => {
      await expect(driver.query("forms:missing")).rejects.toThrow(/missing/);
      await expect(driver.query("nowhere:missing")).rejects.toThrow(/nowhere/);
    },
  },
  {
    name: "time stands still inside a query, and is now",
    run: async ({ driver }) => {
      const before = Date.now();
      const { moved, start, isRandom } = (await driver.query("forms:clock")) as {
        moved: number;
        start: number;
        isRandom: boolean;
      };
      expect([moved, isRandom]).toEqual([0, true]);
      expect(Math.abs(start - before)).toBeLessThan(5_000);
    },
  },
  {
    name: "fetch is closed to mutations",
    differs: OTHER_WORDS,
    run: async ({ driver }) => {
      const message = messageFor(driver, {
        wire: /Can't use fetch\(\) in queries and mutations\. Please consider using an action\./,
        convexTest: /`fetch` is not supported in Convex queries or mutations/,
      });
      await expect(driver.mutation("forms:usesFetch")).rejects.toThrow(message);
    },
  },
];
