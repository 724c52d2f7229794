import type { JsonValue } from "@patchbay/core";
import {
  decodeBody,
  defineTrigger,
  errors,
  field,
  jsonValue,
  MAX_POLLED_ITEMS,
  nameValueList,
  sendHttpRequest,
  toStatusError,
  type PollContext,
  type PolledItem,
} from "@patchbay/sdk";
import { z } from "zod";
import { toCredentials } from "./connections.ts";
import { buildHeaders, buildUrl } from "./headers.ts";

const input = z.object({
  url: z
    .string()
    .trim()
    .min(1)
    .meta(
      field({
        label: "URL",
        description: "An address that answers a GET with a JSON list.",
        control: "text",
        literal: true,
        examples: ["https://api.example.com/orders"],
      }),
    ),
  listPath: z
    .string()
    .trim()
    .default("")
    .meta(
      field({
        label: "Path of the list",
        description: "Where the list stands in the answer: data.items, say. Empty where the answer is the list.",
        control: "text",
        literal: true,
        examples: ["data.items"],
      }),
    ),
  idPath: z
    .string()
    .trim()
    .default("id")
    .meta(
      field({
        label: "Path of the id",
        description: "What tells an item from all others, within the item.",
        control: "text",
        literal: true,
      }),
    ),
  order: z
    .enum(["newestFirst", "oldestFirst", "any"])
    .default("newestFirst")
    .meta(
      field({
        label: "Order of the list",
        description: `Of a longer list, the newest ${MAX_POLLED_ITEMS} items are looked at.`,
        control: "select",
        enumLabels: ["Newest first", "Oldest first", "None"],
        literal: true,
      }),
    ),
  headers: nameValueList({ name: "Header" })
    .default([])
    .meta(
      field({
        label: "Headers",
        description: "Credentials belong in a connection, where they are kept secret.",
        control: "keyValue",
        literal: true,
        advanced: true,
      }),
    ),
  query: nameValueList()
    .default([])
    .meta(
      field({
        label: "Query",
        description: "Added to the URL after ?, encoded for you.",
        control: "keyValue",
        literal: true,
        advanced: true,
      }),
    ),
});
type WatchListConfig = z.output<typeof input>;

const item = z.object({
  id: z.string().meta(field({ label: "Id" })),
  item: jsonValue().meta(field({ label: "Item", description: "As it stands in the list." })),
});

export const watchList = defineTrigger({
  kind: "polling",
  name: "watchList",
  label: "Watch a list",
  description: "Looks at a JSON list at regular intervals, and starts a run for each new item.",
  icon: "list-checks",
  typeVersion: 1,
  connectionTypes: ["bearer", "basic", "header"],
  input,
  output: z.object({
    ...item.partial().shape,
    items: z
      .array(item)
      .optional()
      .meta(field({ label: "Items", description: "Where one run takes all." })),
    count: z
      .number()
      .optional()
      .meta(field({ label: "Count" })),
  }),
  sampleOutput: { id: "A-1042", item: { id: "A-1042", total: 129.9 } },
  async poll({ config, context }) {
    const etag = etagOf(context.cursor);
    const response = await get(config, context, etag);
    if (response.status === 304 && etag !== null) return { items: [], cursor: context.cursor };
    const { headers, bytes, status, url, redirected } = response;
    const text = decodeBody(bytes, headers["content-type"]);
    if (status >= 400) {
      throw toStatusError({ host: url.host, status, headers, text, redirected }, { nowMs: context.nowMs() });
    }
    return { items: readItems(config, text ?? ""), cursor: { etag: headers.etag ?? null } };
  },
});

async function get(config: WatchListConfig, context: PollContext, etag: string | null) {
  const url = buildUrl(config);
  const headers = buildHeaders(config.headers, undefined);
  if (!headers.has("accept")) headers.set("Accept", "application/json");
  if (etag !== null) headers.set("If-None-Match", etag);
  const credentials = context.connection && toCredentials(context.connection, url);
  // A GET needs no key against being repeated.
  const sending = { ...context, idempotencyKey: "" };
  return await sendHttpRequest(sending, { method: "GET", url, headers, ...(credentials && { credentials }) });
}

function etagOf(cursor: JsonValue): string | null {
  const etag = typeof cursor === "object" && cursor !== null && !Array.isArray(cursor) ? cursor.etag : null;
  return typeof etag === "string" ? etag : null;
}

/** The items of the list, the oldest first. */
function readItems(config: WatchListConfig, text: string): PolledItem[] {
  let answer: JsonValue;
  try {
    answer = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw errors.terminal("The answer is not JSON.", { details: { body: text.slice(0, 500) }, cause });
  }
  const list = valueAt(answer, config.listPath);
  if (!Array.isArray(list)) {
    const place = config.listPath === "" ? "The answer" : `"${config.listPath}" of the answer`;
    throw errors.terminal(`${place} is not a list. Correct the path of the list.`);
  }
  if (config.order === "any" && list.length > MAX_POLLED_ITEMS) {
    const remedy = "Say in which order it stands, or ask for less of it in the URL.";
    throw errors.terminal(`The list has ${list.length} items, more than ${MAX_POLLED_ITEMS}. ${remedy}`);
  }
  const looked = config.order === "newestFirst" ? list.slice(0, MAX_POLLED_ITEMS) : list.slice(-MAX_POLLED_ITEMS);
  const items = looked.map((each, index) => ({ id: idOf(each, config.idPath, index), item: each }));
  if (config.order === "newestFirst") items.reverse();
  return items.map(({ id, item: each }) => ({ id, data: { id, item: each } }));
}

function idOf(each: JsonValue, path: string, index: number): string {
  const id = valueAt(each, path);
  if (typeof id === "number" || (typeof id === "string" && id !== "")) return String(id);
  throw errors.terminal(`Item ${index + 1} of the list has no "${path}". Correct the path of the id.`);
}

function valueAt(value: JsonValue, path: string): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const key of path.split(".").filter((part) => part !== "")) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, JsonValue>)[key];
  }
  return current;
}
