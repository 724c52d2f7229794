import type { JsonValue } from "@patchbay/core";
import { defineControl, field, follows, jsonValue } from "@patchbay/sdk";
import { z } from "zod";
import { collectingFields, groupItems, keep } from "./collecting.ts";

const column = z.object({
  name: z.string().meta(field({ label: "Heading", examples: ["Title"] })),
  value: jsonValue()
    .optional()
    .meta(field({ label: "Value", examples: ["{{2.value.title}}"] })),
});

type Column = { name: string; value: JsonValue };
type Row = { columns: Column[]; format: "csv" | "tab" | "markdown" };

function renderTable(rows: Row[]): string {
  const last = rows.at(-1);
  if (!last) return "";
  const names = last.columns.map(({ name }) => name);
  const lines = rows.map(({ columns }) => columns.map(({ value }) => cellText(value)));
  if (last.format === "markdown") return markdown(names, lines);
  const escape = last.format === "csv" ? csvCell : (text: string) => text.replace(/[\t\r\n]+/g, " ");
  return [names, ...lines].map((cells) => cells.map(escape).join(last.format === "csv" ? "," : "\t")).join("\n");
}

function markdown(names: string[], lines: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replace(/\r?\n/g, " ").replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(names), line(names.map(() => "---")), ...lines.map(line)].join("\n");
}

/** RFC 4180. */
const csvCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function cellText(value: JsonValue): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export const aggregateTable = defineControl({
  control: "aggregate",
  name: "aggregateTable",
  label: "Table aggregator",
  description: "Makes a row of each bundle of an earlier node: a table as CSV, tab-separated text or Markdown.",
  icon: "table-2",
  typeVersion: 1,
  input: z.object({
    source: collectingFields.source,
    columns: z
      .array(column)
      .min(1)
      .max(200)
      .meta(
        field({
          label: "Columns",
          description: "Heading and value of each column.",
          control: "keyValue",
          examples: [[{ name: "Title", value: "{{2.value.title}}" }]],
        }),
      ),
    format: z
      .enum(["csv", "tab", "markdown"])
      .default("csv")
      .meta(field({ label: "Format", control: "select", enumLabels: ["CSV", "Tab-separated", "Markdown"] })),
    groupBy: collectingFields.groupBy,
  }),
  output: z.object({
    text: z.string().meta({ title: "Table" }),
    rows: z.array(z.array(jsonValue())).meta({ title: "Rows" }),
    count: z.number().meta({ title: "Number of rows" }),
    key: jsonValue().meta({ title: "Group", ...follows({ valueOf: "groupBy" }) }),
  }),
  sampleOutput: { text: "Title,Quantity\nDesk lamp,1", rows: [["Desk lamp", 1]], count: 1, key: null },
  collect: {
    item: ({ columns, format, ...input }) =>
      keep({ columns: columns.map(({ name, value }) => ({ name, value: value ?? null })), format }, input),
    finish: (items) =>
      groupItems(items).map(({ key, values }) => {
        const rows = values as Row[];
        const cells = rows.map(({ columns }) => columns.map(({ value }) => value));
        return { text: renderTable(rows), rows: cells, count: rows.length, key };
      }),
  },
});
