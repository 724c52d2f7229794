import { describe, expect, it } from "vitest";
import { defineMigrations, migrateDefinition, type FormatMigration } from "./migrate.ts";

const step = (from: number): FormatMigration => ({
  from,
  migrate: (definition) => ({ ...definition, [`v${from}`]: true }),
});

describe("defineMigrations", () => {
  it("takes migrations without a gap", () => {
    expect(defineMigrations([], 1)).toEqual([]);
    expect(defineMigrations([step(1), step(2)], 3)).toHaveLength(2);
  });

  it.each([
    [[step(2)], 2],
    [[step(1), step(3)], 3],
    [[step(1), step(1)], 3],
    [[step(1)], 1],
    [[], 2],
  ])("refuses gaps, repetitions and wrong ends", (migrations, format) => {
    expect(() => defineMigrations(migrations, format)).toThrow(/ormat/);
  });
});

describe("migrateDefinition", () => {
  it("applies what lies between a definition's format and the newest", () => {
    const migrations = [step(1), step(2)];
    expect(migrateDefinition({ format: 1, a: 1 }, migrations)).toEqual({
      ok: true,
      definition: { format: 3, a: 1, v1: true, v2: true },
    });
    expect(migrateDefinition({ format: 2 }, migrations)).toEqual({ ok: true, definition: { format: 3, v2: true } });
    expect(migrateDefinition({ format: 3 }, migrations)).toEqual({ ok: true, definition: { format: 3 } });
    expect(migrateDefinition({ format: 4 }, migrations)).toMatchObject({ ok: false, issue: { code: "format" } });
    expect(migrateDefinition({ format: 0.5 }, migrations)).toMatchObject({ ok: false });
  });
});
