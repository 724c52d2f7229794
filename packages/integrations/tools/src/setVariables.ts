import type { JsonValue } from "@patchbay/core";
import { defineAction, field, follows, jsonValue } from "@patchbay/sdk";
import { z } from "zod";

const variable = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .meta(field({ label: "Name", examples: ["fullName"] })),
  value: jsonValue()
    .optional()
    .meta(field({ label: "Value", examples: ["{{1.body.firstName}} {{1.body.lastName}}"] })),
});

export const setVariables = defineAction({
  name: "setVariables",
  label: "Set variables",
  description: "Gives values a name, so that later nodes can read them. A formula is computed once, here.",
  icon: "variable",
  effect: "pure",
  typeVersion: 1,
  input: z.object({
    variables: z
      .array(variable)
      .max(500)
      .default([])
      .meta(
        field({
          label: "Variables",
          description: "Of two with the same name, the last one counts.",
          control: "keyValue",
          examples: [[{ name: "total", value: "{{1.body.price * 1.19}}" }]],
        }),
      ),
  }),
  output: z.record(z.string(), jsonValue()).meta(follows({ fieldsFrom: "variables" })),
  sampleOutput: { fullName: "Ada Lovelace", total: 154.58 },
  run({ input }): Record<string, JsonValue> {
    // `fromEntries` defines own properties: a variable named `__proto__` is a value like any other.
    return Object.fromEntries(input.variables.map(({ name, value }) => [name, value ?? null]));
  },
});
