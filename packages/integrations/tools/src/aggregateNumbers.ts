import type { JsonValue } from "@patchbay/core";
import { defineControl, field, follows, jsonValue } from "@patchbay/sdk";
import { z } from "zod";
import { collectingFields, groupItems, keep } from "./collecting.ts";

type Totals = [sum: number, count: number, min: number, max: number];

function total(values: JsonValue[]): Totals | null {
  const [first, ...others] = values as Totals[];
  if (!first) return null;
  return others.reduce<Totals>(
    (all, [sum, count, min, max]) => [all[0] + sum, all[1] + count, Math.min(all[2], min), Math.max(all[3], max)],
    first,
  );
}

export const aggregateNumbers = defineControl({
  control: "aggregate",
  name: "aggregateNumbers",
  label: "Numeric aggregator",
  description: "Adds up a number from each bundle of an earlier node: sum, average, smallest, largest, how many.",
  icon: "sigma",
  typeVersion: 1,
  input: z.object({
    source: collectingFields.source,
    value: z
      .number()
      .optional()
      .meta(
        field({
          label: "Number",
          description: "A bundle without a number here is left out.",
          control: "number",
          examples: ["{{2.value.price * 2.value.quantity}}"],
        }),
      ),
    groupBy: collectingFields.groupBy,
  }),
  output: z.object({
    sum: z.number().meta({ title: "Sum" }),
    average: z.number().nullable().meta({ title: "Average" }),
    min: z.number().nullable().meta({ title: "Smallest" }),
    max: z.number().nullable().meta({ title: "Largest" }),
    count: z.number().meta({ title: "How many" }),
    key: jsonValue().meta({ title: "Group", ...follows({ valueOf: "groupBy" }) }),
  }),
  sampleOutput: { sum: 158.5, average: 79.25, min: 39.5, max: 119, count: 2, key: null },
  collect: {
    item: ({ value, ...input }) => keep(value === undefined ? null : [value, 1, value, value], input),
    compact: (items) => groupItems(items).map(({ key, values }) => [total(numbers(values)), key]),
    finish: (items) =>
      groupItems(items).map(({ key, values }) => {
        const totals = total(numbers(values));
        if (!totals) return { sum: 0, average: null, min: null, max: null, count: 0, key };
        const [sum, count, min, max] = totals;
        return { sum, average: sum / count, min, max, count, key };
      }),
  },
});

const numbers = (values: JsonValue[]) => values.filter((value) => value !== null);
