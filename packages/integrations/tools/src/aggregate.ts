import { defineControl, field, follows, jsonValue } from "@patchbay/sdk";
import { z } from "zod";
import { collectingFields, groupItems, keep } from "./collecting.ts";

export const aggregate = defineControl({
  control: "aggregate",
  name: "aggregate",
  label: "Array aggregator",
  description: "Collects the bundles of an earlier node into one list; the nodes after it run once, or once per group.",
  icon: "layers",
  typeVersion: 1,
  input: z.object({
    source: collectingFields.source,
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
    groupBy: collectingFields.groupBy,
  }),
  output: z.object({
    array: z.array(jsonValue().meta(follows({ valueOf: "item" }))).meta({ title: "List" }),
    count: z.number().meta({ title: "Number of items" }),
    key: jsonValue().meta({ title: "Group", ...follows({ valueOf: "groupBy" }) }),
  }),
  sampleOutput: { array: ["Desk lamp", "Warm bulb"], count: 2, key: null },
  collect: {
    item: (input) => keep(input.item ?? null, input),
    finish: (items) => groupItems(items).map(({ key, values }) => ({ array: values, count: values.length, key })),
  },
});
