import { readFile } from "node:fs/promises";
import { definitionSchema, type Definition } from "@patchbay/core";
import { z } from "zod";

const orderSchema = z.looseObject({
  id: z.string(),
  express: z.boolean(),
  items: z.array(z.looseObject({ sku: z.string(), quantity: z.number(), price: z.number() })),
});
/** A line of `demo/webhooks.jsonl`, and what a webhook carries. */
export type Order = z.infer<typeof orderSchema>;

const folder = new URL("../../demo/", import.meta.url);

/** `count` orders from the file, over and over, each with an id of its own. */
export async function loadOrders(count: number, tag: string): Promise<Order[]> {
  const text = await readFile(new URL("webhooks.jsonl", folder), "utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const templates = lines.map((line) => orderSchema.parse(JSON.parse(line)));
  return Array.from({ length: count }, (_, index) => {
    const order = templates[index % templates.length] as Order;
    return { ...order, id: `${order.id}-${tag}-${index + 1}` };
  });
}

/** The demo's scenario, its HTTP node pointed at the receiver (`127.0.0.1:40123`). */
export async function loadScenario(receiver: string): Promise<Definition> {
  const text = await readFile(new URL("scenario.json", folder), "utf8");
  return definitionSchema.parse(JSON.parse(text.replaceAll("RECEIVER", receiver)));
}

/** The ids under which an order's lines reach the receiver. */
export const lineIds = (order: Order): string[] => order.items.map((_, index) => `${order.id}/${index + 1}`);
