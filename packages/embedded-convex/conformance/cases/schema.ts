import { expect } from "vitest";
import { messageFor, OTHER_WORDS } from "../driver.ts";
import type { Case, ErrorTexts } from "../driver.ts";

const refusals: { name: string; fields: Record<string, unknown>; message: ErrorTexts }[] = [
  {
    name: "a missing field",
    fields: {},
    message: { wire: /missing the required field `name`/, convexTest: /Missing required field `name`/ },
  },
  {
    name: "an extra field",
    fields: { name: "a", nick: "b" },
    message: { wire: /extra field `nick`/, convexTest: /Unexpected field `nick`/ },
  },
  {
    name: "a wrong type",
    fields: { name: 1 },
    message: { wire: /Path: \.name\nValue: 1\.0\nValidator: v\.string\(\)/, convexTest: /Expected `string`/ },
  },
  {
    name: "a float for an integer",
    fields: { name: "a", age: 1 },
    message: { wire: /Path: \.age\nValue: 1\.0\nValidator: v\.int64\(\)/, convexTest: /Expected `bigint`/ },
  },
  {
    name: "another literal",
    fields: { name: "a", role: "owner" },
    message: { wire: /Path: \.role\nValue: "owner"/, convexTest: /Expected one of/ },
  },
  {
    name: "text that is no id",
    fields: { name: "a", friend: "x" },
    message: { wire: /Path: \.friend[\s\S]*v\.id\("people"\)/, convexTest: /Expected ID for table "people"/ },
  },
  {
    name: "a nested missing field",
    fields: { name: "a", address: {} },
    message: { wire: /field `city`[\s\S]*Path: \.address/, convexTest: /Missing required field `city`/ },
  },
];

export const schemaCases: readonly Case[] = [
  ...refusals.map(({ name, fields, message }): Case => ({
    name: `an insert with ${name} is refused, and nothing is written`,
    differs: OTHER_WORDS,
    run: async ({ driver, tag }) => {
      const text = messageFor(driver, message);
      const call = driver.mutation("people:insertAnything", { fields: { tag, ...fields } as never });
      await expect(call).rejects.toThrow(text);
      expect(await driver.query("people:names", { tag })).toEqual([]);
    },
  })),
  {
    name: "a document with every optional field is accepted",
    run: async ({ driver, tag }) => {
      const first = await driver.mutation("people:insertAnything", { fields: { tag, name: "ann" } });
      const fields = {
        tag,
        name: "bob",
        age: 5n,
        role: "admin",
        friend: first,
        address: { city: "Oslo" },
        scores: { a: [1, 2], b: [] },
      };
      await driver.mutation("people:insertAnything", { fields });
      expect(await driver.query("people:names", { tag })).toEqual(["ann", "bob"]);
    },
  },
  {
    name: "a patch that breaks the schema is refused, and nothing is changed",
    run: async ({ driver, tag }) => {
      const id = await driver.mutation("people:insertAnything", { fields: { tag, name: "ann" } });
      await expect(driver.mutation("people:patchAnything", { id, fields: { name: 7 } })).rejects.toThrow();
      expect(await driver.query("people:names", { tag })).toEqual(["ann"]);
    },
  },
  {
    name: "an id of another table is refused",
    differs: OTHER_WORDS,
    run: async ({ driver, tag }) => {
      const friend = await driver.mutation("items:insert", { tag });
      const message = messageFor(driver, {
        wire: /v\.id\("people"\)/,
        convexTest: /Expected ID for table "people"/,
      });
      await expect(driver.mutation("people:insertAnything", { fields: { tag, name: "a", friend } })).rejects.toThrow(
        message,
      );
    },
  },
];
