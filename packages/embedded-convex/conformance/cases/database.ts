import { expect } from "vitest";
import type { Case } from "../driver.ts";

export const databaseCases: readonly Case[] = [
  {
    name: "insert gives an id, and get the document with its system fields",
    run: async ({ driver, tag }) => {
      const before = Date.now();
      const id = (await driver.mutation("items:insert", { tag, value: { deep: [1n] }, rank: 1 })) as string;
      const doc = (await driver.query("items:get", { id })) as { _creationTime: number };
      expect(doc).toEqual({ _id: id, _creationTime: doc._creationTime, tag, value: { deep: [1n] }, rank: 1 });
      expect(Math.abs(doc._creationTime - before)).toBeLessThan(10_000);
    },
  },
  {
    name: "a document that was deleted is null, and deleting it again fails",
    run: async ({ driver, tag }) => {
      const id = (await driver.mutation("items:insert", { tag })) as string;
      await driver.mutation("items:remove", { id });
      expect(await driver.query("items:get", { id })).toBeNull();
      for (const path of ["items:remove", "items:patch", "items:replace"]) {
        const fields = path === "items:remove" ? {} : { fields: { tag } };
        await expect(driver.mutation(path, { id, ...fields })).rejects.toThrow(/nonexistent|non-existent|not found/i);
      }
    },
  },
  {
    name: "patch merges the first level, and removes fields that are undefined",
    run: async ({ driver, tag }) => {
      const id = (await driver.mutation("items:insert", { tag, value: { a: 1, b: 2 }, rank: 1 })) as string;
      await driver.mutation("items:patch", { id, fields: { value: { a: 3 } } });
      expect(await driver.query("items:get", { id })).toMatchObject({ value: { a: 3 }, rank: 1 });
      await driver.mutation("items:clearValue", { id });
      expect(Object.keys((await driver.query("items:get", { id })) as object).sort()).toEqual([
        "_creationTime",
        "_id",
        "rank",
        "tag",
      ]);
    },
  },
  {
    name: "replace keeps only the system fields",
    run: async ({ driver, tag }) => {
      const id = (await driver.mutation("items:insert", { tag, value: 1, rank: 1 })) as string;
      const before = (await driver.query("items:get", { id })) as { _creationTime: number };
      await driver.mutation("items:replace", { id, fields: { tag, value: 2 } });
      expect(await driver.query("items:get", { id })).toEqual({
        _id: id,
        _creationTime: before._creationTime,
        tag,
        value: 2,
      });
    },
  },
  {
    name: "an index follows its documents as they change",
    run: async ({ driver, tag }) => {
      const id = (await driver.mutation("items:insert", { tag, value: "x", rank: 1 })) as string;
      expect(await driver.query("items:byRank", { tag, rank: 1 })).toEqual(["x"]);
      await driver.mutation("items:patch", { id, fields: { rank: 2 } });
      expect(await driver.query("items:byRank", { tag, rank: 1 })).toEqual([]);
      expect(await driver.query("items:byRank", { tag, rank: 2 })).toEqual(["x"]);
      await driver.mutation("items:remove", { id });
      expect(await driver.query("items:byRank", { tag, rank: 2 })).toEqual([]);
    },
  },
  {
    name: "an index over a nested field finds it, and documents without it are elsewhere",
    run: async ({ driver, tag }) => {
      const values = [{ inner: { name: "a" } }, { inner: {} }, { inner: { name: "b" } }, "a", { inner: { name: "a" } }];
      await driver.mutation("items:insertMany", { tag, values });
      expect(await driver.query("items:byNestedName", { tag, name: "a" })).toEqual([0, 4]);
    },
  },
  {
    name: "first, take, collect, unique and iteration agree",
    run: async ({ driver, tag }) => {
      expect(await driver.query("items:readers", { tag })).toEqual({
        first: null,
        taken: [],
        collected: 0,
        iterated: [],
        unique: null,
      });
      await driver.mutation("items:insertMany", { tag, values: ["a"] });
      expect(await driver.query("items:readers", { tag })).toEqual({
        first: 0,
        taken: [0],
        collected: 1,
        iterated: [0],
        unique: 0,
      });
      await driver.mutation("items:insertMany", { tag, values: ["b", "c"] });
      expect(await driver.query("items:readers", { tag })).toMatchObject({ collected: 3, unique: true });
    },
  },
  {
    name: "documents of one transaction come back in the order of insertion",
    run: async ({ driver, tag }) => {
      const values = Array.from({ length: 30 }, () => "same");
      await driver.mutation("items:insertMany", { tag, values });
      expect(await driver.query("items:inOrder", { tag, order: "asc" })).toEqual(values.map((_, rank) => rank));
    },
  },
  {
    name: "filters compare, calculate and combine",
    run: async ({ driver, tag }) => {
      await driver.mutation("items:insertMany", { tag, values: [-1, 0, 1, 4, 6, 7] });
      const filtered = (operator: string, operand: number) =>
        driver.query("items:filtered", { tag, operator, operand });
      expect(await filtered("eq", 4)).toEqual([3]);
      expect(await filtered("neq", 4)).toEqual([0, 1, 2, 4, 5]);
      expect(await filtered("lt", 4)).toEqual([0, 1, 2]);
      expect(await filtered("gte", 4)).toEqual([3, 4, 5]);
      expect(await filtered("even", 0)).toEqual([1, 3, 4]);
      expect(await filtered("combined", 7)).toEqual([0, 1, 4, 5]);
    },
  },
  {
    name: "ids are normalized only for their own table",
    run: async ({ driver, tag }) => {
      const id = (await driver.mutation("items:insert", { tag })) as string;
      expect(await driver.query("items:normalize", { id })).toEqual({ items: id, people: null });
      expect(await driver.query("items:normalize", { id: "nonsense" })).toEqual({ items: null, people: null });
    },
  },
];
