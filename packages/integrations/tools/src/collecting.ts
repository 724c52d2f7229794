import type { JsonValue } from "@patchbay/core";
import { field, jsonValue } from "@patchbay/sdk";
import { z } from "zod";

/** Fields that every aggregator has. */
export const collectingFields = {
  source: z
    .number()
    .int()
    .positive()
    .meta(
      field({
        label: "Source node",
        description: "The node whose bundles are collected: an iterator, most often.",
        control: "nodeRef",
        literal: true,
      }),
    ),
  groupBy: jsonValue()
    .optional()
    .meta(
      field({
        label: "Group by",
        description: "Bundles with the same value here are collected together; each group gives a bundle of its own.",
        control: "text",
        examples: ["{{2.value.category}}"],
        advanced: true,
      }),
    ),
};

/** A kept item: what is collected, and under which group. */
export type Grouped = [value: JsonValue, group: JsonValue];

export const keep = (value: JsonValue, input: { groupBy?: JsonValue | undefined }): JsonValue => [
  value,
  input.groupBy ?? null,
];

/** The items by group, in the order in which the groups began. Without any item there is one empty group. */
export function groupItems(items: JsonValue[]): { key: JsonValue; values: JsonValue[] }[] {
  const groups = new Map<string, { key: JsonValue; values: JsonValue[] }>();
  for (const item of items) {
    const [value, key] = item as Grouped;
    const name = JSON.stringify(key);
    const group = groups.get(name);
    if (group) group.values.push(value);
    else groups.set(name, { key, values: [value] });
  }
  return groups.size > 0 ? [...groups.values()] : [{ key: null, values: [] }];
}
