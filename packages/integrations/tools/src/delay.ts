import { defineControl, field } from "@patchbay/sdk";
import { z } from "zod";

const THIRTY_DAYS_SECONDS = 30 * 86_400;

export const delay = defineControl({
  control: "delay",
  name: "delay",
  label: "Delay",
  description: "Waits before the next node. The wait survives a restart, and a waiting run costs nothing.",
  icon: "timer",
  typeVersion: 1,
  input: z.object({
    seconds: z
      .number()
      .min(0)
      .max(THIRTY_DAYS_SECONDS)
      .meta(
        field({
          label: "Seconds",
          description: "How long to wait, up to 30 days (2,592,000).",
          control: "duration",
          examples: [60],
        }),
      ),
  }),
  output: z.object({ seconds: z.number(), resumedAt: z.string() }),
  sampleOutput: { seconds: 60, resumedAt: "2026-01-15T09:31:00.000Z" },
});
