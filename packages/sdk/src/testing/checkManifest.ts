import {
  canonicalJson,
  checkConfig,
  formKeywords,
  outputKeywords,
  type ActionManifest,
  type TriggerManifest,
} from "@patchbay/core";
import { z } from "zod";
import type { ActionUpgrade } from "../define/action.ts";
import type { Integration } from "../define/integration.ts";
import { isSchema, propertiesOf, type JsonSchema } from "../jsonSchema.ts";
import { findManifestFaults } from "../manifestFaults.ts";
import { contrastWithWhite } from "./contrast.ts";

const MIN_CONTRAST = 4.5;
const iconName = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * Rules that an integration's manifest must keep for users to find their way, beside those that `defineIntegration`
 * enforces: readable colours, icons, labels, descriptions and samples that fit. Returns violations, in words.
 */
export function checkManifest(integration: Integration): string[] {
  const { manifest } = integration;
  const violations = findManifestFaults(manifest);
  const contrast = contrastWithWhite(manifest.color);
  if (contrast < MIN_CONTRAST) violations.push(`white on ${manifest.color} has a contrast of ${contrast.toFixed(2)}`);
  if (!iconName.test(manifest.icon)) violations.push(`the icon ${manifest.icon} is not an icon name`);
  violations.push(...checkSentence("the integration", manifest.description));
  for (const node of [...manifest.actions, ...manifest.triggers]) violations.push(...checkNode(node));
  for (const [key, upgrade] of integration.upgrades) violations.push(...checkUpgrade(integration, key, upgrade));
  for (const type of manifest.connections) {
    violations.push(...checkSentence(`connection ${type.name}`, type.description));
    if (!type.fields.some((field) => field.secret)) violations.push(`connection ${type.name} has no secret field`);
    violations.push(
      ...type.fields.filter((item) => item.label === item.name).map((item) => `${type.name}.${item.name} has no label`),
    );
  }
  return violations;
}

function checkNode(node: ActionManifest | TriggerManifest): string[] {
  const violations = checkSentence(node.name, node.description);
  if (node.icon !== undefined && !iconName.test(node.icon))
    violations.push(`${node.name}: ${node.icon} is no icon name`);
  violations.push(...checkFields(node.input, node.name));
  violations.push(...checkSample(node), ...checkOutput(node.output, node));
  return violations;
}

/** Each upgrade shows by fixtures what it does, also where it refuses, and gives configs that the next typeVersion takes. */
function checkUpgrade(
  { manifest }: Integration,
  key: string,
  { to, changes, fixtures, upgrade }: ActionUpgrade,
): string[] {
  const next = manifest.actions.find(({ name, typeVersion }) => name === to.name && typeVersion === to.typeVersion);
  const violations = checkSentence(`the upgrade of ${key}`, changes);
  if (fixtures.length === 0) violations.push(`the upgrade of ${key} has no fixtures`);
  fixtures.forEach(({ before, after }, index) => {
    const result = upgrade(structuredClone(before));
    const expected = "refused" in after ? { ok: false, reason: after.refused } : { ok: true, config: after };
    const here = `fixture ${index + 1} of the upgrade of ${key}`;
    if (canonicalJson(result) !== canonicalJson(expected)) violations.push(`${here} comes to ${canonicalJson(result)}`);
    if (!next || !result.ok) return;
    violations.push(...checkConfig(next.input, result.config).map(({ message }) => `${here} does not fit: ${message}`));
  });
  return violations;
}

function checkSentence(what: string, text: string): string[] {
  return /^[A-Z].*[.]$/s.test(text) ? [] : [`the description of ${what} is not a sentence`];
}

function checkFields(schema: JsonSchema, path: string): string[] {
  const properties = propertiesOf(schema);
  return Object.entries(properties).flatMap(([name, property]) => {
    const here = `${path}.${name}`;
    const violations: string[] = [];
    if (typeof property.title !== "string" || property.title === "") violations.push(`${here} has no label`);
    violations.push(...checkKeywords(property, properties, here));
    if (isSchema(property.items)) violations.push(...checkFields(property.items, here));
    return [...violations, ...checkFields(property, here)];
  });
}

function checkKeywords(property: JsonSchema, siblings: Record<string, JsonSchema>, here: string): string[] {
  const known: readonly string[] = formKeywords;
  const violations = Object.keys(property)
    .filter((key) => key.startsWith("x-") && !known.includes(key))
    .map((key) => `${here} has the unknown keyword ${key}`);
  const labels = property["x-enumLabels"];
  if (Array.isArray(labels) && (!Array.isArray(property.enum) || labels.length !== property.enum.length)) {
    violations.push(`${here} has as many choices as labels only when both are given`);
  }
  const condition = property["x-showWhen"];
  if (isSchema(condition)) violations.push(...checkCondition(condition, siblings, here));
  return violations;
}

function checkCondition(condition: JsonSchema, siblings: Record<string, JsonSchema>, here: string): string[] {
  const other = siblings[String(condition.field)];
  if (!other) return [`${here} depends on ${String(condition.field)}, which does not exist`];
  const choices: unknown = other.enum;
  if (!Array.isArray(choices) || !Array.isArray(condition.values)) return [];
  return condition.values
    .filter((value: unknown) => !choices.includes(value))
    .map((value: unknown) => `${here} is shown for ${String(value)}, which ${String(condition.field)} never has`);
}

/** Where the shape of the output is known, there is a sample, and it fits. */
function checkSample(node: ActionManifest | TriggerManifest): string[] {
  if (!node.output) return [];
  if (node.sampleOutput === undefined) return [`${node.name} has an output but no sample of it`];
  const result = z.fromJSONSchema(node.output).safeParse(node.sampleOutput);
  return result.success
    ? []
    : result.error.issues.map((issue) => `the sample of ${node.name} does not fit: ${issue.message}`);
}

/** What an output follows from is a field of the input. */
function checkOutput(output: unknown, node: ActionManifest | TriggerManifest): string[] {
  if (Array.isArray(output)) return output.flatMap((part) => checkOutput(part, node));
  if (!isSchema(output)) return [];
  const known: readonly string[] = outputKeywords;
  return Object.entries(output).flatMap(([key, value]) => {
    if (!key.startsWith("x-")) return checkOutput(value, node);
    if (key === "x-secret") return [];
    if (!known.includes(key)) return [`the output of ${node.name} has the unknown keyword ${key}`];
    if (key === "x-showWhen" && isSchema(value)) {
      return checkCondition(value, propertiesOf(node.input), `the output of ${node.name}`);
    }
    return typeof value === "string" && propertiesOf(node.input)[value]
      ? []
      : [`the output of ${node.name} follows ${String(value)}, which is no field of its input`];
  });
}
