import { expect } from "vitest";
import type { Case } from "../driver.ts";

export const componentCases: readonly Case[] = [
  {
    name: "have tables of their own, also where one is mounted twice",
    run: async ({ driver, tag }) => {
      await driver.mutation("shelves:addEverywhere", { tag });
      const expected = { app: ["app"], shelf: ["shelf"], attic: ["attic"], cards: [] };
      expect(await driver.query("shelves:all", { tag })).toEqual(expected);
    },
  },
  {
    name: "lose only what a failing call wrote when its caller catches the error, and its data arrives",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("shelves:catching", { tag })).toEqual({ refused: "lost" });
      expect(await driver.query("shelves:all", { tag })).toMatchObject({ app: ["before", "after"], shelf: ["kept"] });
    },
  },
  {
    name: "lose everything when the caller fails, however deep it was written",
    run: async ({ driver, tag }) => {
      await expect(driver.mutation("shelves:failing", { tag })).rejects.toThrow("the app gave up");
      expect(await driver.query("shelves:all", { tag })).toEqual({ app: [], shelf: [], attic: [], cards: [] });
    },
  },
  {
    name: "nest: the one in between decides whether a failure goes on",
    run: async ({ driver, tag }) => {
      await expect(driver.mutation("shelves:nested", { tag, catchIt: false })).rejects.toThrow("the card is torn");
      expect(await driver.query("shelves:all", { tag })).toMatchObject({ shelf: [], cards: [] });
      await driver.mutation("shelves:nested", { tag, catchIt: true });
      expect(await driver.query("shelves:all", { tag })).toMatchObject({ shelf: ["text"], cards: [] });
    },
  },
  {
    name: "call functions by handle, at once and later, in the component that they are of",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("shelves:handOver", { tag })).toBe("noted at once");
      const all = () => driver.query("shelves:all", { tag });
      await driver.settle(async () => ((await all()) as { shelf: string[] }).shelf.length === 1);
      await driver.settle(async () => ((await all()) as { app: string[] }).app.length === 2);
      expect(await all()).toMatchObject({ app: ["at once", "later"], shelf: ["recorded later"] });
    },
  },
  {
    name: "do not find each other's documents",
    wireOnly: "convex-test numbers documents in each component anew, so that an id means another document elsewhere",
    run: async ({ driver, tag }) => {
      const found = await driver.mutation("shelves:findAbroad", { tag });
      expect(found).toEqual({ own: true, theirs: true, mineThere: false });
    },
  },
  {
    name: "export their public functions only",
    wireOnly: "convex-test runs internal functions of components too",
    run: async ({ driver, tag }) => {
      await expect(driver.mutation("shelves:callInternal", { tag })).rejects.toThrow(/Couldn't resolve items\.record/);
    },
  },
  {
    name: "list only the jobs that they have scheduled themselves",
    run: async ({ driver, tag }) => {
      type Counts = { app: number; shelf: number };
      const before = (await driver.query("shelves:countJobs")) as Counts;
      await driver.mutation("shelves:handOver", { tag });
      expect(await driver.query("shelves:countJobs")).toEqual({ app: before.app, shelf: before.shelf + 2 });
      const all = () => driver.query("shelves:all", { tag });
      await driver.settle(async () => ((await all()) as { app: string[] }).app.length === 2);
    },
  },
  {
    name: "do not learn who calls",
    run: async ({ driver }) => {
      expect(await driver.query("shelves:whoCalls", {}, { as: { subject: "ada" } })).toBeNull();
    },
  },
  {
    name: "know their own path",
    run: async ({ driver }) => {
      const expected = { name: "items:metadata", componentPath: "shelf", type: "query", visibility: "public" };
      expect(await driver.query("shelves:metadata")).toEqual(expected);
    },
  },
];
