import { manifestSchema, type ActionManifest, type Manifest, type TriggerManifest } from "@patchbay/core";
import { propertiesOf } from "./jsonSchema.ts";

/** Faults that would break the editor, the checks or the engine, in words; empty where there are none. */
export function findManifestFaults(manifest: Manifest): string[] {
  const parsed = manifestSchema.safeParse(manifest);
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  const nodes = [...manifest.actions, ...manifest.triggers];
  return [
    ...findRepeated(nodes.map((node) => `${node.name} (typeVersion ${node.typeVersion})`)).map(
      (name) => `${name} is defined twice`,
    ),
    ...findRoleClashes(manifest),
    ...findRepeated(manifest.connections.map((type) => type.name)).map((name) => `connection ${name} is defined twice`),
    ...nodes.flatMap((node) => findConnectionFaults(manifest, node)),
    ...manifest.actions.flatMap(findEffectFaults),
    ...manifest.actions.flatMap((action) => findUpgradeFaults(manifest, action)),
    ...manifest.connections
      .filter((type) => type.fields.length === 0)
      .map((type) => `connection ${type.name} has no fields`),
  ];
}

function findRoleClashes(manifest: Manifest): string[] {
  const triggers = new Set(manifest.triggers.map((trigger) => trigger.name));
  return manifest.actions
    .filter((action) => triggers.has(action.name))
    .map((action) => `${action.name} is both an action and a trigger`);
}

function findConnectionFaults(manifest: Manifest, node: ActionManifest | TriggerManifest): string[] {
  const known = new Set(manifest.connections.map((type) => type.name));
  const faults = (node.connectionTypes ?? [])
    .filter((name) => !known.has(name))
    .map((name) => `${node.name} names the connection type ${name}, which does not exist`);
  if (node.connectionRequired && !node.connectionTypes?.length) {
    faults.push(`${node.name} requires a connection but names no connection type`);
  }
  return faults;
}

function findEffectFaults(action: ActionManifest): string[] {
  const rules = action.effectRules ?? [];
  if (rules.length > 0 && action.effect === "pure") return [`${action.name} is pure and cannot have effect rules`];
  const fields = propertiesOf(action.input);
  return rules.flatMap((rule) => {
    const faults: string[] = [];
    const { field, values } = rule;
    if (!fields[field]) faults.push(`an effect rule of ${action.name} names the field ${field}, which does not exist`);
    if (rule.effect === "pure") faults.push(`an effect rule of ${action.name} cannot make it pure`);
    if (values.length === 0) faults.push(`the effect rule of ${action.name} for ${field} has no values`);
    const choices = fields[field]?.enum;
    for (const value of values) {
      if (value !== value.toUpperCase()) {
        faults.push(`the effect rule of ${action.name} has the value ${value}; values are compared in upper case`);
      } else if (Array.isArray(choices) && !choices.some((choice) => String(choice).toUpperCase() === value)) {
        faults.push(`the effect rule of ${action.name} has the value ${value}, which ${field} never has`);
      }
    }
    return faults;
  });
}

/** Without a gap, every typeVersion leads to the newest. */
function findUpgradeFaults(manifest: Manifest, action: ActionManifest): string[] {
  const { upgrade } = action;
  const here = `${action.name} (typeVersion ${action.typeVersion})`;
  if (!upgrade) {
    const newer = manifest.actions.some(
      ({ name, typeVersion }) => name === action.name && typeVersion > action.typeVersion,
    );
    return newer ? [`${here} has a newer typeVersion and no upgrade`] : [];
  }
  const target = manifest.actions.find(
    ({ name, typeVersion }) => name === upgrade.name && typeVersion === upgrade.typeVersion,
  );
  if (!target) return [`${here} is upgraded to ${upgrade.name}@${upgrade.typeVersion}, which does not exist`];
  if (target.control !== action.control) return [`${here} is upgraded to a node that the engine treats differently`];
  const isNext = upgrade.name !== action.name || upgrade.typeVersion === action.typeVersion + 1;
  return isNext
    ? []
    : [`${here} is upgraded to typeVersion ${upgrade.typeVersion}: ${action.typeVersion + 1} is left out`];
}

function findRepeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
