import { defineControl, field, follows, jsonValue } from "@patchbay/sdk";
import { z } from "zod";
import { concurrency } from "./concurrency.ts";

export const iterate = defineControl({
  control: "iterate",
  name: "iterate",
  label: "Iterator",
  description: "Turns a list into bundles: the nodes after it run once for each item, in order.",
  icon: "list",
  typeVersion: 1,
  input: z.object({
    array: z.array(jsonValue()).meta(
      field({
        label: "List",
        description: "Map a list here. A single value counts as a list of one.",
        control: "json",
        examples: ["{{1.body.items}}"],
      }),
    ),
    concurrency: concurrency(),
  }),
  output: z.object({
    value: jsonValue().meta({ title: "Item", ...follows({ itemOf: "array" }) }),
    index: z.number().meta({ title: "Position, from 1" }),
    total: z.number().meta({ title: "Number of items" }),
  }),
  sampleOutput: { value: { sku: "LAMP-01", title: "Desk lamp", quantity: 1 }, index: 1, total: 2 },
});
