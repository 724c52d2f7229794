import { defineTrigger, field } from "@patchbay/sdk";
import { z } from "zod";

const shownFor = (mode: string) => ({ field: "mode", values: [mode] });

export const tick = defineTrigger({
  kind: "schedule",
  name: "tick",
  label: "On a schedule",
  description: "Starts a run at regular intervals, every day, by a cron expression or on given dates.",
  icon: "clock",
  typeVersion: 1,
  input: z.object({
    mode: z
      .enum(["interval", "daily", "cron", "dates"])
      .default("interval")
      .meta(
        field({
          label: "When",
          control: "select",
          enumLabels: ["At regular intervals", "Every day", "By a cron expression", "On given dates"],
          literal: true,
        }),
      ),
    every: z
      .number()
      .int()
      .min(1)
      .default(15)
      .meta(field({ label: "Every", control: "number", literal: true, showWhen: shownFor("interval") })),
    unit: z
      .enum(["minutes", "hours", "days"])
      .default("minutes")
      .meta(
        field({
          label: "Unit",
          control: "select",
          enumLabels: ["Minutes", "Hours", "Days"],
          literal: true,
          showWhen: shownFor("interval"),
        }),
      ),
    time: z
      .string()
      .default("09:00")
      .meta(
        field({
          label: "Time of day",
          control: "text",
          literal: true,
          showWhen: shownFor("daily"),
          examples: ["09:00"],
        }),
      ),
    expression: z
      .string()
      .default("0 9 * * MON-FRI")
      .meta(
        field({
          label: "Cron expression",
          description: "Minute, hour, day of month, month, day of week.",
          control: "text",
          literal: true,
          showWhen: shownFor("cron"),
          examples: ["0 9 * * MON-FRI"],
        }),
      ),
    dates: z
      .array(z.string().meta(field({ label: "Date and time", examples: ["2026-12-24 18:00"] })))
      .max(1_000)
      .default([])
      .meta(field({ label: "Dates", control: "list", literal: true, showWhen: shownFor("dates") })),
    timeZone: z
      .string()
      .default("UTC")
      .meta(
        field({
          label: "Time zone",
          description: "Clock changes of this zone are followed.",
          control: "text",
          literal: true,
          examples: ["Europe/Prague"],
        }),
      ),
    missed: z
      .enum(["skip", "once", "all"])
      .default("skip")
      .meta(
        field({
          label: "Times missed while Patchbay was stopped",
          control: "select",
          enumLabels: ["Leave them out", "Make up for them by one run", "Run each of them"],
          literal: true,
          advanced: true,
        }),
      ),
  }),
  output: z.object({
    scheduledAt: z.string().meta({ title: "Scheduled for", description: "The time that was due." }),
    startedAt: z.string().meta({ title: "Started at" }),
    missed: z.number().meta({ title: "Missed times", description: "Earlier times that this run makes up for." }),
  }),
  sampleOutput: { scheduledAt: "2026-01-15T09:00:00.000Z", startedAt: "2026-01-15T09:00:00.120Z", missed: 0 },
});
