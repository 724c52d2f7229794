import { describe, expect, it } from "vitest";
import { compileTemplate, evaluateTemplate } from "../template.ts";
import { findFunction, functionCatalog, suggestName } from "./catalog.ts";
import { exampleBundle } from "./define.ts";

const scope = { getBundle: (nodeId: number) => (nodeId === 1 ? exampleBundle : undefined), nowMs: 1_773_480_413_000 };

describe("functionCatalog", () => {
  const examples = functionCatalog.flatMap((doc) => doc.examples.map((example) => ({ ...example, name: doc.name })));

  it.each(examples)("$name: $formula", ({ formula, result }) => {
    const template = compileTemplate(`{{${formula}}}`);
    expect(template.issues).toEqual([]);
    const outcome = evaluateTemplate(template, scope);
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.ok && outcome.value).toEqual(result);
  });

  it("documents every function and argument, each name once", () => {
    const names = functionCatalog.map((doc) => doc.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(100);
    for (const doc of functionCatalog) {
      expect(doc.description, doc.name).toMatch(/\.$/);
      expect(doc.examples.length, doc.name).toBeGreaterThan(0);
      for (const argument of doc.args) expect(argument.description, `${doc.name} ${argument.name}`).toMatch(/\.$/);
      const optionalFrom = doc.args.findIndex((argument) => argument.optional ?? argument.rest);
      const later = optionalFrom < 0 ? [] : doc.args.slice(optionalFrom);
      expect(
        later.every((argument) => argument.optional ?? argument.rest),
        doc.name,
      ).toBe(true);
    }
  });

  it("reaches nothing but its functions", () => {
    for (const name of ["constructor", "__proto__", "toString2", "hasOwnProperty", "valueOf", "eval"]) {
      expect(findFunction(name)).toBeUndefined();
    }
  });

  it("suggests the name that was probably meant", () => {
    expect(suggestName("Uper")).toBe("upper");
    expect(suggestName("formatdate")).toBe("formatDate");
    expect(suggestName("xyzxyz")).toBeUndefined();
  });
});
