import { field, jsonValue, type FieldOptions } from "@patchbay/sdk";
import { z } from "zod";

const methods = ["POST", "GET", "PUT", "PATCH", "DELETE"] as const;

const when = (name: string, ...values: string[]) => ({ field: name, values });

/** Nothing of a trigger takes formulas: there is no bundle yet that they could read. */
const literal = (options: FieldOptions) => field({ ...options, literal: true });

const security = (options: FieldOptions) => literal({ ...options, group: "Security" });
const custom = when("signaturePreset", "custom");

const securityFields = {
  methods: z
    .array(z.enum(methods).meta(literal({ label: "Method", control: "select" })))
    .optional()
    .meta(security({ label: "Methods", description: "Other methods get 405. Without any, all five start runs." })),
  authentication: z
    .enum(["none", "header", "signature"])
    .default("none")
    .meta(
      security({
        label: "Who may call",
        description: "A secret address is all that protects a webhook without a check.",
        control: "select",
        enumLabels: ["Whoever knows the address", "Who sends a secret in a header", "Who signs the body (HMAC)"],
      }),
    ),
  secretHeader: z
    .string()
    .default("X-Webhook-Secret")
    .meta(security({ label: "Header", control: "text", showWhen: when("authentication", "header") })),
  signaturePreset: z
    .enum(["generic", "github", "stripe", "shopify", "slack", "custom"])
    .default("generic")
    .meta(
      security({
        label: "Signed as by",
        control: "select",
        enumLabels: ["X-Signature: sha256=…", "GitHub", "Stripe", "Shopify", "Slack", "Other …"],
        showWhen: when("authentication", "signature"),
      }),
    ),
  signatureAlgorithm: z
    .enum(["sha256", "sha1", "sha512"])
    .default("sha256")
    .meta(
      security({
        label: "Algorithm",
        control: "select",
        enumLabels: ["HMAC-SHA-256", "HMAC-SHA-1", "HMAC-SHA-512"],
        showWhen: custom,
      }),
    ),
  signatureEncoding: z
    .enum(["hex", "base64"])
    .default("hex")
    .meta(security({ label: "Encoding", control: "select", enumLabels: ["Hexadecimal", "Base64"], showWhen: custom })),
  signatureHeader: z
    .string()
    .default("X-Signature")
    .meta(security({ label: "Signature header", control: "text", showWhen: custom })),
  signaturePrefix: z
    .string()
    .default("")
    .meta(security({ label: "Prefix", control: "text", showWhen: custom, examples: ["sha256="] })),
  timestampHeader: z
    .string()
    .default("")
    .meta(
      security({
        label: "Timestamp header",
        description: "Unix seconds. Requests that are too old or from the future are then refused.",
        control: "text",
        showWhen: custom,
        examples: ["X-Timestamp"],
      }),
    ),
  signedText: z
    .string()
    .default("")
    .meta(
      security({
        label: "Signed text",
        description: "What the signature is made of. Empty: {body}, or {timestamp}.{body} with a timestamp header.",
        control: "text",
        showWhen: custom,
        examples: ["{timestamp}.{body}"],
      }),
    ),
  signatureTolerance: z
    .number()
    .min(1)
    .max(3_600)
    .default(300)
    .meta(
      security({
        label: "Tolerance in seconds",
        description: "How far the time of sending may be from ours.",
        control: "number",
        showWhen: when("signaturePreset", "stripe", "slack", "custom"),
      }),
    ),
  allowedAddresses: z
    .array(z.string().meta(literal({ label: "Network", examples: ["203.0.113.0/24"] })))
    .max(100)
    .optional()
    .meta(
      security({
        label: "Allowed networks",
        description: "IP addresses or networks. Others get 403. Empty: from anywhere.",
        control: "list",
      }),
    ),
  bodySchema: jsonValue()
    .optional()
    .meta(
      security({
        label: "Body schema",
        description: "A JSON Schema. A body that does not fit gets 422, which names the field, and starts nothing.",
        control: "json",
      }),
    ),
};

const deduplication = (options: FieldOptions) => literal({ ...options, group: "Deduplication" });

const deduplicationFields = {
  eventIdIn: z
    .enum(["none", "header", "body"])
    .default("none")
    .meta(
      deduplication({
        label: "Event id",
        description: "An event that was sent before starts nothing: its first run is answered. The first one wins.",
        control: "select",
        enumLabels: ["Not looked at", "In a header", "In the body"],
      }),
    ),
  eventIdHeader: z
    .string()
    .default("")
    .meta(
      deduplication({
        label: "Header",
        control: "text",
        showWhen: when("eventIdIn", "header"),
        examples: ["X-GitHub-Delivery"],
      }),
    ),
  eventIdPath: z
    .string()
    .default("")
    .meta(
      deduplication({ label: "Path", control: "text", showWhen: when("eventIdIn", "body"), examples: ["body.id"] }),
    ),
  eventIdHours: z
    .number()
    .min(1)
    .max(720)
    .default(24)
    .meta(
      deduplication({
        label: "Remembered for hours",
        control: "number",
        showWhen: when("eventIdIn", "header", "body"),
      }),
    ),
};

const limits = (options: FieldOptions) => literal({ ...options, group: "Limits" });

const limitFields = {
  rateLimit: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta(
      limits({
        label: "Requests per minute",
        description: "More get 429 with Retry-After. Empty: no limit of its own.",
        control: "number",
        examples: [60],
      }),
    ),
  rateBurst: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta(
      limits({
        label: "At once",
        description: "How many may come in one burst. Empty: a minute’s worth.",
        control: "number",
      }),
    ),
};

const answer = (options: FieldOptions) => literal({ ...options, group: "Answer" });

const answerFields = {
  answer: z
    .enum(["standard", "custom"])
    .default("standard")
    .meta(
      answer({
        label: "Answer",
        description: "Sent as soon as the run is stored. A node “Answer the webhook” comes before it.",
        control: "select",
        enumLabels: ["202 with the run’s id", "My own"],
      }),
    ),
  answerStatus: z
    .number()
    .int()
    .min(200)
    .max(299)
    .default(200)
    .meta(answer({ label: "Status", control: "number", showWhen: when("answer", "custom") })),
  answerBody: z
    .string()
    .max(10_000)
    .default("ok")
    .meta(answer({ label: "Body", control: "textarea", showWhen: when("answer", "custom") })),
  answerType: z
    .string()
    .default("text/plain; charset=utf-8")
    .meta(answer({ label: "Content type", control: "text", showWhen: when("answer", "custom") })),
  challengeIn: z
    .enum(["none", "query", "body"])
    .default("none")
    .meta(
      answer({
        label: "Challenge",
        description: "Some services first ask for a value to be sent back. Such a request starts no run.",
        control: "select",
        enumLabels: ["None", "In the query", "In the body"],
      }),
    ),
  challengeParameter: z
    .string()
    .default("hub.challenge")
    .meta(answer({ label: "Query parameter", control: "text", showWhen: when("challengeIn", "query") })),
  challengePath: z
    .string()
    .default("body.challenge")
    .meta(answer({ label: "Path", control: "text", showWhen: when("challengeIn", "body") })),
};

/** What a webhook asks of requests; read by core's `readWebhookSettings`. Secrets are kept elsewhere. */
export const receiveInput = z.object({ ...securityFields, ...deduplicationFields, ...limitFields, ...answerFields });
