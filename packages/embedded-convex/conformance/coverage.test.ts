import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listOperations } from "./operations.ts";
import { OUT_OF_REACH, PENDING } from "./pending.ts";
import { groups } from "./suite.ts";

const operations = listOperations();
const cases = [...groups.values()].flat();

function toPattern(text: string): RegExp {
  return new RegExp(
    `^${text
      .split("*")
      .map((part) => part.replace(/[.$/]/g, "\\$&"))
      .join(".*")}$`,
  );
}

function matching(patterns: readonly string[]): Set<string> {
  const expressions = patterns.map(toPattern);
  return new Set(operations.filter((name) => expressions.some((expression) => expression.test(name))));
}

describe("the operations of the convex package", () => {
  const covered = matching(cases.flatMap(({ covers }) => covers ?? []));
  const pending = matching(Object.keys(PENDING));
  const outOfReach = matching(Object.keys(OUT_OF_REACH));

  it("are found in its source", () => {
    expect(operations.length).toBeGreaterThan(250);
    for (const name of ["syscall 1.0/queryPage", "syscall storage/getBlob", "BaseDatabaseReader.get", "v.record"]) {
      expect(operations).toContain(name);
    }
  });

  it("have a case each", () => {
    const missing = operations.filter((name) => !covered.has(name) && !pending.has(name) && !outOfReach.has(name));
    expect(missing.join("\n")).toBe("");
  });

  it("are named as they are by the cases and lists", () => {
    const named = [
      ...cases.flatMap(({ covers }) => covers ?? []),
      ...Object.keys(PENDING),
      ...Object.keys(OUT_OF_REACH),
    ];
    expect(named.filter((pattern) => matching([pattern]).size === 0)).toEqual([]);
  });

  it("are neither pending nor out of reach when a case covers them", () => {
    expect([...covered].filter((name) => pending.has(name) || outOfReach.has(name))).toEqual([]);
  });
});

describe("the cases", () => {
  it("have names of their own in their group", () => {
    for (const list of groups.values()) {
      const names = list.map(({ name }) => name);
      expect(names).toEqual([...new Set(names)]);
    }
  });

  it("are listed in the README where the references differ", async () => {
    const file = new URL("./README.md", import.meta.url);
    const [before, , after] = readFileSync(file, "utf8").split(/<!-- differences -->/);
    const text = `${before}<!-- differences -->\n\n${differences()}\n<!-- differences -->${after}`;
    await expect(text).toMatchFileSnapshot(file.pathname);
  });
});

/** A list of all cases that run on one reference only, or expect something else of each. */
function differences(): string {
  const lines = [...groups].flatMap(([group, list]) =>
    list.flatMap(({ name, wireOnly, differs }) => {
      const difference = wireOnly === undefined ? differs : { right: "wire", why: wireOnly };
      if (difference === undefined) return [];
      const runs = wireOnly === undefined ? "both" : "the wire only";
      return `- ${group}, “${name}” (runs on ${runs}; right: ${difference.right}): ${difference.why}\n`;
    }),
  );
  return lines.join("");
}
