import { defineControl, field, jsonValue } from "@patchbay/sdk";
import { z } from "zod";

export const aggregate = defineControl({
  control: "aggregate",
  name: "aggregate",
  label: "Array aggregator",
  description: "Collects the bundles of an earlier node into one list; the nodes after it run once.",
  icon: "layers",
  typeVersion: 1,
  input: z.object({
    source: z
      .number()
      .int()
      .positive()
      .meta(
        field({
          label: "Source node",
          description: "The node whose bundles are collected: an iterator, most often.",
          control: "nodeRef",
          literal: true,
        }),
      ),
    item: jsonValue()
      .optional()
      .meta(
        field({
          label: "Item",
          description: "What goes into the list for each bundle.",
          control: "json",
          examples: ["{{2.value.title}}"],
        }),
      ),
  }),
  output: z.object({
    array: z.array(jsonValue()).meta({ title: "List" }),
    count: z.number().meta({ title: "Number of items" }),
  }),
  sampleOutput: { array: ["Desk lamp", "Warm bulb"], count: 2 },
});
