import { defineControl, field, jsonValue, nameValueList } from "@patchbay/sdk";
import { z } from "zod";

export const respond = defineControl({
  control: "respond",
  name: "respond",
  label: "Answer the webhook",
  description: "Sends an answer to the caller, who waits for it up to 30 seconds. Later nodes run on.",
  icon: "reply",
  typeVersion: 1,
  input: z.object({
    status: z
      .number()
      .int()
      .min(200)
      .max(599)
      .default(200)
      .meta(field({ label: "Status", description: "HTTP status code of the answer.", control: "number" })),
    headers: nameValueList({ name: "Header" })
      .default([])
      .meta(
        field({
          label: "Headers",
          description: "Without a Content-Type, an object or list is sent as JSON and a text as plain text.",
          control: "keyValue",
          examples: [[{ name: "Content-Type", value: "application/json" }]],
        }),
      ),
    body: jsonValue()
      .optional()
      .meta(
        field({
          label: "Body",
          description: "What the caller gets: text, or a mapped object or list.",
          control: "textarea",
          examples: ['{ "ok": true, "order": "{{1.body.order.id}}" }'],
        }),
      ),
  }),
  output: z.object({ status: z.number(), sent: z.boolean().meta({ title: "Sent while the caller was waiting" }) }),
  sampleOutput: { status: 200, sent: true },
});
