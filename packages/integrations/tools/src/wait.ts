import { defineControl, field, follows, jsonValue } from "@patchbay/sdk";
import { z } from "zod";

const THIRTY_DAYS_SECONDS = 30 * 86_400;
const WEEK_SECONDS = 7 * 86_400;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PATH = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

const forApproval = { field: "kind", values: ["approval"] };
const forEvent = { field: "kind", values: ["event"] };

const answerField = z.object({
  name: z
    .string()
    .regex(NAME, { message: "may have letters, digits and _ only" })
    .meta(field({ label: "Name", literal: true, examples: ["amount"] })),
  label: z
    .string()
    .max(200)
    .default("")
    .meta(field({ label: "Label", literal: true, examples: ["Amount to pay"] })),
  type: z
    .enum(["text", "longText", "number", "choice", "yesNo", "date"])
    .default("text")
    .meta(
      field({
        label: "Type",
        control: "select",
        literal: true,
        enumLabels: ["Text", "Long text", "Number", "Choice", "Yes or no", "Date"],
      }),
    ),
  choices: z
    .string()
    .max(1_000)
    .default("")
    .meta(
      field({
        label: "Choices",
        showWhen: { field: "type", values: ["choice"] },
        literal: true,
        examples: ["small, large"],
      }),
    ),
  required: z
    .boolean()
    .default(false)
    .meta(field({ label: "Required", literal: true })),
});

const bodyField = z.object({
  name: z
    .string()
    .regex(PATH, { message: "is a name such as order.id" })
    .meta(field({ label: "Field", literal: true, examples: ["order.id"] })),
  type: z
    .enum(["any", "text", "number", "yesNo", "list", "object"])
    .default("any")
    .meta(
      field({
        label: "Type",
        control: "select",
        literal: true,
        enumLabels: ["Anything", "Text", "Number", "Yes or no", "List", "Object"],
      }),
    ),
});

export const wait = defineControl({
  control: "wait",
  name: "wait",
  label: "Wait for an answer",
  description:
    "Waits until a person approves or rejects on a page, or a program posts an event. resumeUrl and approvalUrl give the address to nodes before it.",
  icon: "hourglass",
  typeVersion: 1,
  input: z.object({
    kind: z
      .enum(["approval", "event"])
      .default("approval")
      .meta(
        field({
          label: "Wait for",
          control: "select",
          literal: true,
          enumLabels: ["A person's approval", "An event from a program"],
        }),
      ),
    title: z
      .string()
      .min(1)
      .max(200)
      .meta(
        field({
          label: "What for",
          description: "One line that says what is waited for: the page's title, and what lists of runs show.",
          control: "text",
          examples: ["Approve the refund for {{1.body.customer}}"],
        }),
      ),
    message: z
      .string()
      .max(10_000)
      .default("")
      .meta(
        field({
          label: "Message",
          description: "What the person should know. Shown as plain text to whoever has the address.",
          control: "textarea",
          showWhen: forApproval,
          examples: ["{{1.body.customer}} asks for {{1.body.amount}} EUR back."],
        }),
      ),
    fields: z
      .array(answerField)
      .max(50)
      .default([])
      .meta(
        field({
          label: "Fields",
          description: "What the person fills in. Choices are separated by commas. These take no formulas.",
          control: "list",
          literal: true,
          showWhen: forApproval,
        }),
      ),
    bodyFields: z
      .array(bodyField)
      .max(50)
      .default([])
      .meta(
        field({
          label: "Required fields",
          description: "What the posted JSON must have; anything else is refused with 422 and the run goes on waiting.",
          control: "list",
          literal: true,
          showWhen: forEvent,
        }),
      ),
    timeoutSeconds: z
      .number()
      .min(1)
      .max(THIRTY_DAYS_SECONDS)
      .default(WEEK_SECONDS)
      .meta(
        field({
          label: "Wait at most (seconds)",
          description: "Up to 30 days (2,592,000). A week is 604,800.",
          control: "duration",
          examples: [86_400],
        }),
      ),
    onTimeout: z
      .enum(["continue", "fail"])
      .default("continue")
      .meta(
        field({
          label: "When nobody answers",
          description: "Go on with timedOut being true, or fail, so that the error route takes over.",
          control: "select",
          enumLabels: ["Go on", "Fail"],
        }),
      ),
    approveLabel: z
      .string()
      .min(1)
      .max(60)
      .default("Approve")
      .meta(field({ label: "Approve button", control: "text", showWhen: forApproval, advanced: true })),
    rejectLabel: z
      .string()
      .min(1)
      .max(60)
      .default("Reject")
      .meta(field({ label: "Reject button", control: "text", showWhen: forApproval, advanced: true })),
  }),
  output: z.object({
    decision: z.enum(["approved", "rejected"]).nullable().meta({ title: "Decision", "x-showWhen": forApproval }),
    fields: z
      .record(z.string(), z.json())
      .meta({ title: "Fields", ...follows({ formFields: "fields" }), "x-showWhen": forApproval }),
    comment: z.string().meta({ title: "Comment", "x-showWhen": forApproval }),
    body: jsonValue().meta({ title: "Body", "x-showWhen": forEvent }),
    timedOut: z.boolean().meta({ title: "Nobody answered" }),
    answeredAt: z.string().nullable().meta({ title: "Answered at", format: "date-time" }),
    answeredBy: z.string().nullable().meta({ title: "Answered by" }),
  }),
  sampleOutput: {
    decision: "approved" as const,
    fields: {},
    comment: "",
    body: null,
    timedOut: false,
    answeredAt: "2026-01-15T09:31:00.000Z",
    answeredBy: null,
  },
});
