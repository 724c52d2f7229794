import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { promises } from "./promises.ts";

const root = join(import.meta.dirname, "..");

describe("the changes that break a promise", () => {
  it.each(promises.flatMap(({ breaches }) => breaches.map((breach) => [breach.what, breach] as const)))(
    "still fit the code: %s",
    (_what, { file, from, to, test }) => {
      const found = readFileSync(join(root, file), "utf8").split(from).length - 1;
      expect(found, `${file} has ${found} times: ${from}`).toBe(1);
      expect(to).not.toBe(from);
      expect(existsSync(join(root, test)), test).toBe(true);
    },
  );

  it("are there for each of the six", () => {
    expect(promises.map(({ breaches }) => breaches.length > 0)).toEqual(Array(6).fill(true));
  });
});
