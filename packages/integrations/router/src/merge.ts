import type { JsonValue } from "@patchbay/core";
import { defineControl, field, follows, jsonValue } from "@patchbay/sdk";
import { z } from "zod";

const mergedField = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .meta(field({ label: "Name", examples: ["customerId"] })),
  value: jsonValue()
    .optional()
    .meta(field({ label: "Value", examples: ["{{ifempty(3.body.id; 5.body.id)}}"] })),
});

/** Fields of every branch, by name; an empty one does not hide what an earlier branch gave. */
function combine(items: JsonValue[]): Record<string, JsonValue> {
  const fields = new Map<string, JsonValue>();
  for (const { name, value } of (items as { name: string; value: JsonValue }[][]).flat()) {
    if (value !== null || !fields.has(name)) fields.set(name, value);
  }
  // `fromEntries` defines own properties: a field named `__proto__` is one like any other.
  return Object.fromEntries(fields);
}

export const merge = defineControl({
  control: "merge",
  name: "merge",
  label: "Merge",
  description: "Joins the branches of a router or if/else: the nodes after it run once, when the branches are done.",
  icon: "git-merge",
  typeVersion: 1,
  input: z.object({
    fields: z
      .array(mergedField)
      .max(500)
      .default([])
      .meta(
        field({
          label: "Fields",
          description: "What the nodes after it can read. Values of a branch that was not taken are empty.",
          control: "keyValue",
          examples: [[{ name: "customerId", value: "{{ifempty(3.body.id; 5.body.id)}}" }]],
        }),
      ),
  }),
  output: z.record(z.string(), jsonValue()).meta(follows({ fieldsFrom: "fields" })),
  sampleOutput: { customerId: "c_1204" },
  collect: {
    item: ({ fields }) => fields.map(({ name, value }) => ({ name, value: value ?? null })),
    compact: (items) => [Object.entries(combine(items)).map(([name, value]) => ({ name, value }))],
    finish: (items) => [combine(items)],
  },
});
