import { defineControl, field } from "@patchbay/sdk";
import { z } from "zod";
import { concurrency } from "./concurrency.ts";

export const repeat = defineControl({
  control: "repeat",
  name: "repeat",
  label: "Repeater",
  description: "Emits a given number of bundles that count up: the nodes after it run once for each.",
  icon: "repeat",
  typeVersion: 1,
  input: z.object({
    repeats: z
      .number()
      .int()
      .min(0)
      .max(10_000)
      .meta(
        field({ label: "Repeats", description: "How many bundles, up to 10,000.", control: "number", examples: [5] }),
      ),
    start: z
      .number()
      .default(1)
      .meta(field({ label: "First number", control: "number" })),
    step: z
      .number()
      .default(1)
      .meta(field({ label: "Step", description: "From one number to the next.", control: "number", advanced: true })),
    concurrency: concurrency(),
  }),
  output: z.object({
    value: z.number().meta({ title: "Number" }),
    index: z.number().meta({ title: "Position, from 1" }),
    total: z.number().meta({ title: "Number of repeats" }),
  }),
  sampleOutput: { value: 1, index: 1, total: 5 },
});
