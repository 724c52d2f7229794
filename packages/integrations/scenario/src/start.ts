import { defineTrigger, field, jsonValue } from "@patchbay/sdk";
import { z } from "zod";

const input = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .meta(field({ label: "Name", examples: ["customer"] })),
  type: z
    .enum(["text", "number", "boolean", "date", "list", "object"])
    .default("text")
    .meta(field({ label: "Type", enumLabels: ["Text", "Number", "Yes or no", "Date", "List", "Object"] })),
  required: z
    .boolean()
    .default(false)
    .meta(field({ label: "Required", control: "switch" })),
  description: z
    .string()
    .max(500)
    .default("")
    .meta(field({ label: "Description" })),
});

export const start = defineTrigger({
  kind: "call",
  name: "start",
  label: "When called",
  description: "Another scenario calls this one, with the inputs that it declares here.",
  icon: "circle-play",
  typeVersion: 1,
  input: z.object({
    inputs: z
      .array(input)
      .max(100)
      .default([])
      .meta(
        field({
          label: "Inputs",
          description: "What a caller hands over. Later nodes read it as inputs.",
          control: "list",
          literal: true,
        }),
      ),
  }),
  output: z.object({
    inputs: z.record(z.string(), jsonValue()).meta({ title: "Inputs" }),
    startedAt: z.string().meta({ title: "Started at" }),
    caller: z
      .object({ scenario: z.string().meta({ title: "Name of the calling scenario" }), runId: z.string() })
      .nullable()
      .meta({ title: "Caller", description: "Empty where it was started by hand or through the API." }),
  }),
  sampleOutput: {
    inputs: { customer: "Ada Lovelace", total: 154.58 },
    startedAt: "2026-01-15T09:00:00.000Z",
    caller: { scenario: "New order", runId: "jd7c2f" },
  },
});
