import { defineControl, field, jsonValue } from "@patchbay/sdk";
import { z } from "zod";

export const call = defineControl({
  control: "call",
  name: "call",
  label: "Call a scenario",
  description: "Runs another scenario of this organization with inputs, and goes on with what it returns.",
  icon: "workflow",
  typeVersion: 1,
  input: z.object({
    scenarioId: z
      .string()
      .min(1)
      .max(64)
      .meta(
        field({
          label: "Scenario",
          description: 'Published scenarios that begin with "When called".',
          control: "scenario",
          literal: true,
        }),
      ),
    inputs: z
      .record(z.string(), jsonValue())
      .default({})
      .meta(field({ label: "Inputs", control: "scenarioInputs" })),
    mode: z
      .enum(["wait", "start"])
      .default("wait")
      .meta(
        field({
          label: "Then",
          control: "select",
          enumLabels: ["Wait for what it returns", "Start it and go on"],
          literal: true,
        }),
      ),
  }),
  output: z.object({
    runId: z.string().meta({ title: "Run of the called scenario" }),
    outputs: z.record(z.string(), jsonValue()).optional().meta({ title: "What it returned" }),
  }),
  sampleOutput: { runId: "jd7c2f", outputs: { total: 154.58 } },
});
