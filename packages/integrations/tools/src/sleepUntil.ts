import { defineControl, field } from "@patchbay/sdk";
import { z } from "zod";

export const sleepUntil = defineControl({
  control: "delay",
  name: "sleepUntil",
  label: "Sleep until",
  description: "Waits until a date and time; one that has passed is not waited for. The wait survives a restart.",
  icon: "clock",
  typeVersion: 1,
  input: z.object({
    until: z
      .string()
      .refine((text) => !Number.isNaN(Date.parse(text)), { message: "is not a date" })
      .meta(
        field({
          label: "Until",
          description: "A date, or a text such as 2026-01-15T09:30:00Z.",
          control: "text",
          examples: ["{{addDays(now; 1)}}"],
        }),
      ),
  }),
  output: z.object({ seconds: z.number(), resumedAt: z.string() }),
  sampleOutput: { seconds: 3_600, resumedAt: "2026-01-15T09:31:00.000Z" },
});
