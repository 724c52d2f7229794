import { defineControl, field, follows, jsonValue } from "@patchbay/sdk";
import { z } from "zod";

const output = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .meta(field({ label: "Name", examples: ["total"] })),
  value: jsonValue()
    .optional()
    .meta(field({ label: "Value", examples: ["{{1.inputs.price * 1.19}}"] })),
});

export const giveBack = defineControl({
  control: "return",
  name: "return",
  label: "Return to the caller",
  description:
    "Gives values to the scenario that called this one. Later nodes run on; of several, the last one counts.",
  icon: "corner-down-left",
  typeVersion: 1,
  input: z.object({
    outputs: z
      .array(output)
      .max(100)
      .default([])
      .meta(field({ label: "Outputs", control: "keyValue", examples: [[{ name: "total", value: "{{2.total}}" }]] })),
  }),
  output: z.record(z.string(), jsonValue()).meta(follows({ fieldsFrom: "outputs" })),
  sampleOutput: { total: 154.58 },
});
