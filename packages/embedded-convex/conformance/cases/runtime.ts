import { ConvexError, type Value } from "convex/values";
import { expect } from "vitest";
import { type Case, messageFor, OTHER_WORDS } from "../driver.ts";

const bytes = new Uint8Array([1, 2]).buffer;

/** Data of every kind that an error may carry. */
const datas: Value[] = ["text", 1.5, -0, 5n, true, null, bytes, [1, "a"], { code: "x", list: [1n] }, {}];

interface Caught {
  isConvexError: boolean;
  isError: boolean;
  data: Value;
  message: string;
}

const unreturnable: [what: string, message: RegExp][] = [
  ["date", /Date .* is not a supported Convex type|is not a supported Convex type/],
  ["map", /is not a supported Convex type/],
  ["function", /is not a supported Convex type/],
  ["large integer", /does not fit into a 64-bit signed integer/],
  ["undefined in a list", /undefined is not a valid Convex value/],
];

export const runtimeCases: readonly Case[] = [
  {
    name: "random numbers are random, also in nested calls",
    run: async ({ driver }) => {
      const numbers = [
        ...((await driver.query("runtime:random")) as number[]),
        ...((await driver.query("runtime:random")) as number[]),
        ...((await driver.query("runtime:nestedRandom")) as number[]),
      ];
      expect(new Set(numbers).size).toBe(7);
      for (const number of numbers) expect(number >= 0 && number < 1).toBe(true);
    },
  },
  {
    name: "time stands still inside a mutation, for every kind of clock",
    wireOnly: "convex-test leaves the clock alone",
    run: async ({ driver }) => {
      const { before, after, ...rest } = (await driver.mutation("runtime:times")) as {
        before: number[];
        after: number[];
      };
      expect(new Set([...before, ...after]).size).toBe(1);
      expect(rest).toEqual({ epoch: "1970-01-01T00:00:00.000Z", isDate: true, text: "string" });
    },
  },
  ...["fetch", "setTimeout", "setInterval"].map((name): Case => ({
    name: `${name} is closed to queries and mutations`,
    differs: OTHER_WORDS,
    run: async ({ driver }) => {
      const what = name === "fetch" ? "fetch()" : name;
      const wire = `Can't use ${what} in queries and mutations. Please consider using an action.`;
      const message = messageFor(driver, {
        wire,
        convexTest: `\`${name}\` is not supported in Convex queries or mutations`,
      });
      for (const call of [
        driver.query("runtime:forbiddenInQuery", { name }),
        driver.mutation("runtime:forbiddenInMutation", { name }),
      ]) {
        expect(await call).toContain(message);
      }
    },
  })),
  {
    name: "actions have timers and a clock that moves",
    covers: ["convex/server.actionGeneric", "convex/server.internalActionGeneric"],
    run: async ({ driver }) => {
      expect(await driver.action("runtime:timersInAction")).toEqual({ ticks: 3, moved: true });
    },
  },
  {
    name: "digests and signatures work in queries",
    run: async ({ driver }) => {
      const { digest, ...rest } = (await driver.query("runtime:digests")) as { digest: ArrayBuffer };
      expect(Buffer.from(digest).toString("hex")).toMatch(/^ba7816bf8f01cfea/);
      expect(rest).toEqual({ signed: 32, uuid: 36 });
    },
  },
  {
    name: "web standards are there, Node is not",
    wireOnly: "convex-test runs in the test's own process, with all of Node",
    run: async ({ driver }) => {
      expect(await driver.query("runtime:standards")).toEqual({
        url: "https://example.com/a?b=1",
        query: "1",
        text: "é",
        base64: "YWJjabc",
        copy: { a: [1] },
        headers: "1",
        kinds: ["function", "function", "function", "function", "object"],
        hidden: ["undefined", "undefined"],
      });
    },
  },
  {
    name: "environment variables are those of the deployment, and never those of its process",
    wireOnly: "convex-test has the variables of its process",
    run: async ({ driver }) => {
      expect(await driver.query("runtime:environment", { name: "PATH" })).toBeNull();
      expect(await driver.query("runtime:environment", { name: "CONVEX_SITE_URL" })).toMatch(/^http:/);
    },
  },
  ...datas.map((data, number): Case => ({
    name: `a ConvexError carries its data through every call (${number})`,
    covers: [
      "convex/values.ConvexError",
      "GenericMutationCtx.runMutation",
      "GenericMutationCtx.runQuery",
      "GenericActionCtx.run*",
      "syscall 1.0/runUdf",
      "syscall 1.0/actions/query",
      "syscall 1.0/actions/mutation",
      "syscall 1.0/actions/action",
    ],
    wireOnly:
      typeof data === "bigint" ||
      data instanceof ArrayBuffer ||
      Object.is(data, -0) ||
      number === 8 ||
      typeof data === "string"
        ? "convex-test decodes the data of errors twice"
        : undefined,
    run: async ({ driver }) => {
      for (const kind of ["query", "mutation", "action"] as const) {
        const path = {
          query: "runtime:queryFailsWith",
          mutation: "runtime:failsWith",
          action: "runtime:actionFailsWith",
        };
        const error: unknown = await driver[kind](path[kind], { data }).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(ConvexError);
        expect((error as ConvexError<Value>).data).toEqual(data);
      }
      for (const [index, found] of (
        (await driver.mutation("runtime:catchesInMutation", { data })) as unknown as Caught[]
      ).entries()) {
        expect(found).toMatchObject(
          index === 2 ? { isConvexError: false, isError: true } : { isConvexError: true, data },
        );
      }
      for (const [index, found] of (
        (await driver.action("runtime:catchesInAction", { data })) as unknown as Caught[]
      ).entries()) {
        expect(found).toMatchObject(
          index === 3 ? { isConvexError: false, isError: true } : { isConvexError: true, data },
        );
        if (index === 3) expect(found.message).toContain("a plain error");
      }
    },
  })),
  {
    name: "a ConvexError without data has null",
    run: async ({ driver }) => {
      const error: unknown = await driver.mutation("runtime:failsWith", {}).catch((reason: unknown) => reason);
      expect([error instanceof ConvexError, (error as ConvexError<Value>).data]).toEqual([true, null]);
    },
  },
  {
    name: "a subclass of ConvexError is one; what else is thrown is an error",
    run: async ({ driver }) => {
      const error: unknown = await driver.query("runtime:failsWithSubclass").catch((reason: unknown) => reason);
      expect((error as ConvexError<Value>).data).toEqual({ code: "refused" });
      if (driver.reference === "wire") await expect(driver.query("runtime:failsWithText")).rejects.toThrow("only text");
    },
  },
  {
    name: "undefined is returned as null, undefined fields not at all",
    run: async ({ driver }) => {
      expect(await driver.query("runtime:returns", { what: "undefined" })).toBeNull();
      expect(await driver.query("runtime:returns", { what: "undefined field" })).toEqual({ b: 1 });
    },
  },
  ...unreturnable.map(([what, message]): Case => ({
    name: `what is no value cannot be returned: ${what}`,
    run: async ({ driver }) => {
      await expect(driver.query("runtime:returns", { what })).rejects.toThrow(message);
    },
  })),
];
