import { defineTrigger, field, jsonValue } from "@patchbay/sdk";
import { z } from "zod";
import { receiveInput } from "./settings.ts";

export const receive = defineTrigger({
  kind: "webhook",
  name: "receive",
  label: "Receive a webhook",
  description: "Starts a run for every request to the scenario's webhook address.",
  icon: "webhook",
  typeVersion: 1,
  // Nodes that were placed before there was a choice take every method.
  initialConfig: { methods: ["POST"] },
  input: receiveInput,
  output: z.object({
    method: z.string().meta({ title: "Method", description: "POST, GET and so on." }),
    headers: z
      .record(z.string(), z.string())
      .meta(field({ label: "Headers", description: "Names in lower case.", secret: "byName" })),
    query: z
      .record(z.string(), z.string())
      .meta(field({ label: "Query", description: "What follows ? in the address.", secret: "byName" })),
    body: jsonValue().meta({ title: "Body", description: "The parsed JSON or form, otherwise the text." }),
    receivedAt: z.string().meta({ title: "Received at", description: "When the request arrived." }),
  }),
  sampleOutput: {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": "curl/8.14.1" },
    query: { source: "shop" },
    body: {
      order: { id: "A-1042", total: 129.9, currency: "EUR" },
      customer: { name: "Ada Lovelace", email: "ada@example.com" },
      items: [
        { sku: "LAMP-01", title: "Desk lamp", quantity: 1 },
        { sku: "BULB-07", title: "Warm bulb", quantity: 2 },
      ],
    },
    receivedAt: "2026-01-15T09:30:00.000Z",
  },
});
