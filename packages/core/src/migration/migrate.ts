import type { Issue } from "../definition/issue.ts";
import { DEFINITION_FORMAT } from "../definition/format.ts";

/** A definition in some format, before it has been checked. */
export type RawDefinition = Record<string, unknown>;

/** From format `from` to `from + 1`. Pure; must take everything that the older schema let through. */
export interface FormatMigration {
  from: number;
  migrate: (definition: RawDefinition) => RawDefinition;
}

export type MigrationResult = { ok: true; definition: unknown } | { ok: false; issue: Issue };

/**
 * Checks, when they are defined, that migrations lead from format 1 to `format` without a gap. Throws otherwise: it is a
 * fault of the code.
 */
export function defineMigrations(migrations: readonly FormatMigration[], format: number): readonly FormatMigration[] {
  migrations.forEach(({ from }, index) => {
    if (from !== index + 1)
      throw new Error(`Format migration ${index + 1} starts at format ${from}, not ${index + 1}.`);
  });
  if (migrations.length !== format - 1) {
    throw new Error(`${migrations.length} format migrations cannot lead from format 1 to format ${format}.`);
  }
  return migrations;
}

const formatMigrations = defineMigrations([], DEFINITION_FORMAT);

/** Brings a definition to the current format. One from a newer Patchbay is refused, not guessed at. */
export function migrateDefinition(
  json: unknown,
  migrations: readonly FormatMigration[] = formatMigrations,
): MigrationResult {
  const newest = migrations.length + 1;
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return refuse("A definition is an object with format, nodes and edges.", "Correct the definition's JSON.");
  }
  const { format } = json as RawDefinition;
  if (typeof format !== "number" || !Number.isInteger(format) || format < 1) {
    return refuse("The definition has no valid format number.", `Set "format" to ${newest}.`);
  }
  if (format > newest) {
    return refuse(`Format ${format} is newer than the newest known one, ${newest}.`, "Update Patchbay.");
  }
  const definition = migrations
    .slice(format - 1)
    .reduce((older, step) => ({ ...step.migrate(older), format: step.from + 1 }), json as RawDefinition);
  return { ok: true, definition };
}

const refuse = (message: string, fix: string): MigrationResult => ({
  ok: false,
  issue: { code: "format", severity: "error", message, fix, field: ["format"] },
});
