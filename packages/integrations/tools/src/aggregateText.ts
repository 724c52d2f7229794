import type { JsonValue } from "@patchbay/core";
import { defineControl, field, follows, jsonValue } from "@patchbay/sdk";
import { z } from "zod";
import { collectingFields, groupItems, keep } from "./collecting.ts";

/** The texts joined so far, the separator that the newest bundle named, and how many bundles it were. */
type Joined = [text: string, separator: string, count: number];

function join(values: JsonValue[]): Joined {
  const parts = values as Joined[];
  const text = parts.map(([part], index) => (index === 0 ? part : `${parts[index]?.[1] ?? ""}${part}`)).join("");
  return [text, parts.at(-1)?.[1] ?? "", parts.reduce((total, [, , count]) => total + count, 0)];
}

export const aggregateText = defineControl({
  control: "aggregate",
  name: "aggregateText",
  label: "Text aggregator",
  description: "Joins a text from each bundle of an earlier node into one.",
  icon: "file-text",
  typeVersion: 1,
  input: z.object({
    source: collectingFields.source,
    text: z
      .string()
      .default("")
      .meta(
        field({
          label: "Text",
          description: "What is added for each bundle.",
          control: "textarea",
          examples: ["- {{2.value.title}}: {{2.value.quantity}}"],
        }),
      ),
    separator: z
      .enum(["newLine", "comma", "space", "none", "other"])
      .default("newLine")
      .meta(
        field({
          label: "Between the texts",
          control: "select",
          enumLabels: ["A new line", "A comma and a space", "A space", "Nothing", "Something else"],
        }),
      ),
    otherSeparator: z
      .string()
      .default("")
      .meta(
        field({
          label: "Separator",
          control: "text",
          showWhen: { field: "separator", values: ["other"] },
        }),
      ),
    groupBy: collectingFields.groupBy,
  }),
  output: z.object({
    text: z.string().meta({ title: "Text" }),
    count: z.number().meta({ title: "Number of bundles" }),
    key: jsonValue().meta({ title: "Group", ...follows({ valueOf: "groupBy" }) }),
  }),
  sampleOutput: { text: "- Desk lamp: 1\n- Warm bulb: 4", count: 2, key: null },
  collect: {
    item(input) {
      const separators = { newLine: "\n", comma: ", ", space: " ", none: "", other: input.otherSeparator };
      return keep([input.text, separators[input.separator], 1], input);
    },
    compact: (items) => groupItems(items).map(({ key, values }) => [join(values), key]),
    finish: (items) =>
      groupItems(items).map(({ key, values }) => {
        const [text, , count] = join(values);
        return { text, count, key };
      }),
  },
});
