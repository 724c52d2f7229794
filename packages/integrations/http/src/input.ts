import { field, jsonValue, nameValueList } from "@patchbay/sdk";
import { z } from "zod";

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;

const address = {
  url: z
    .string()
    .trim()
    .min(1)
    .meta(
      field({
        label: "URL",
        description: "The address to call, with https:// in front.",
        control: "text",
        examples: ["https://api.example.com/orders"],
      }),
    ),
  method: z
    .enum(methods)
    .default("GET")
    .meta(field({ label: "Method", description: "GET reads, POST sends something new.", control: "select" })),
  headers: nameValueList({ name: "Header" })
    .default([])
    .meta(
      field({
        label: "Headers",
        description: "Credentials belong in a connection, where they are kept secret.",
        control: "keyValue",
        secret: "byName",
        examples: [[{ name: "Accept", value: "application/json" }]],
      }),
    ),
  query: nameValueList()
    .default([])
    .meta(
      field({
        label: "Query",
        description: "Added to the URL after ?, encoded for you.",
        control: "keyValue",
        secret: "byName",
        examples: [[{ name: "page", value: "1" }]],
      }),
    ),
};

const body = {
  bodyType: z
    .enum(["none", "json", "text", "form"])
    .default("none")
    .meta(
      field({
        label: "Body type",
        description: "What the request carries.",
        control: "select",
        enumLabels: ["No body", "JSON", "Text", "Form"],
      }),
    ),
  body: jsonValue()
    .optional()
    .meta(
      field({
        label: "Body",
        description: "Text with formulas, or a mapped object or list.",
        control: "textarea",
        showWhen: { field: "bodyType", values: ["json", "text"] },
        examples: ['{ "name": "{{1.body.name}}" }'],
      }),
    ),
  formFields: nameValueList({ name: "Field" })
    .default([])
    .meta(
      field({
        label: "Form fields",
        description: "Sent as a web form does (application/x-www-form-urlencoded).",
        control: "keyValue",
        showWhen: { field: "bodyType", values: ["form"] },
      }),
    ),
};

const answer = {
  parseResponse: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: "Parse the answer",
        description: "Makes the fields of a JSON answer available to later nodes.",
        control: "switch",
      }),
    ),
  failOnStatus: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: "Fail on an error status",
        description: "An answer with status 400 or above fails the operation, so that it is retried or handled.",
        control: "switch",
        advanced: true,
      }),
    ),
  timeoutSeconds: z
    .number()
    .min(1)
    .max(300)
    .default(30)
    .meta(
      field({
        label: "Timeout",
        description: "How many seconds to wait for the whole answer: 1 to 300.",
        control: "duration",
        advanced: true,
      }),
    ),
};

const repeating = {
  idempotency: z
    .enum(["none", "automatic", "custom"])
    .default("none")
    .meta(
      field({
        label: "Repeat safely",
        description:
          "If the service knows the Idempotency-Key header, a lost POST or PATCH can be sent again without happening twice.",
        control: "select",
        enumLabels: ["Never repeat a lost POST or PATCH", "With a key made by Patchbay", "With my own key"],
        advanced: true,
      }),
    ),
  idempotencyKey: z
    .string()
    .max(255)
    .optional()
    .meta(
      field({
        label: "Idempotency key",
        description: "The same for each attempt at the same thing, different for each thing: an order number, say.",
        control: "text",
        showWhen: { field: "idempotency", values: ["custom"] },
        advanced: true,
        examples: ["order-{{1.body.order.id}}"],
      }),
    ),
  notPerformedStatuses: z
    .array(
      z
        .number()
        .int()
        .min(400)
        .max(599)
        .meta(field({ label: "Status" })),
    )
    .default([])
    .meta(
      field({
        label: "Statuses that mean nothing happened",
        description: "A POST or PATCH that is answered with one of these is sent again. 429 always is.",
        control: "list",
        advanced: true,
        examples: [[503]],
      }),
    ),
};

export const requestInput = z.object({ ...address, ...body, ...answer, ...repeating });
export type RequestInput = z.output<typeof requestInput>;
