import { Button, IconButton } from "@patchbay/ui";
import type { Issue, JsonValue } from "@patchbay/core";
import { Plus, X } from "lucide-react";
import { MappingField } from "../mapping/MappingField.tsx";
import { FieldControlBox } from "./FieldControlBox.tsx";
import { isFormula, isShown, toBoxText } from "./formSchema.ts";
import type { FormField } from "./formSchema.ts";

export interface RowsControlProps {
  field: FormField;
  id: string;
  value: JsonValue | undefined;
  issues: readonly Issue[];
  onChange: (value: JsonValue | undefined) => void;
}

type Row = JsonValue;

/** Rows of fields (name and value, say), or of plain values. A field that holds one formula shows it instead of rows. */
export function RowsControl({ field, id, value, issues, onChange }: RowsControlProps) {
  if (isFormula(value)) {
    return (
      <MappingField
        id={id}
        label={field.label}
        value={value}
        onChange={(box) => onChange(box === "" ? undefined : box)}
        hasPreview
      />
    );
  }
  const rows: Row[] = Array.isArray(value) ? value : [];
  const setRows = (next: Row[]) => onChange(next.length === 0 ? undefined : next);
  const setRow = (place: number, row: Row) => setRows(rows.map((each, at) => (at === place ? row : each)));
  return (
    <div id={id} role="group" aria-label={field.label} className="flex flex-col gap-2">
      {rows.map((row, place) => (
        <RowEditor
          // Rows have no identity of their own; their place is one as long as they are not sorted.
          key={place}
          field={field}
          id={`${id}-${place}`}
          number={place + 1}
          row={row}
          issues={issues.filter((issue) => issue.field?.[1] === place)}
          onChange={(next) => setRow(place, next)}
          onRemove={() => setRows(rows.filter((_each, at) => at !== place))}
        />
      ))}
      <Button size="sm" className="self-start" onClick={() => setRows([...rows, emptyRow(field)])}>
        <Plus aria-hidden />
        Add {singular(field.label)}
      </Button>
    </div>
  );
}

const emptyRow = (field: FormField): Row =>
  field.itemFields[0]?.name === ""
    ? ""
    : Object.fromEntries(field.itemFields.map((item) => [item.name, item.default ?? ""]));

function singular(label: string): string {
  const word = label.toLowerCase();
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return word.endsWith("ss") || !word.endsWith("s") ? word : word.slice(0, -1);
}

interface RowEditorProps {
  field: FormField;
  id: string;
  number: number;
  row: Row;
  issues: readonly Issue[];
  onChange: (row: Row) => void;
  onRemove: () => void;
}

function RowEditor({ field, id, number, row, issues, onChange, onRemove }: RowEditorProps) {
  const isPlain = field.itemFields[0]?.name === "";
  const values = typeof row === "object" && row !== null && !Array.isArray(row) ? row : {};
  const shown = field.itemFields.filter((item) => isShown(item, field.itemFields, values));
  return (
    <div className="flex items-start gap-1">
      <div className="grid min-w-0 flex-1 grid-cols-[2fr_3fr] gap-1.5">
        {isPlain ? (
          <div className="col-span-2">
            <MappingField
              id={id}
              label={`${field.label} ${number}`}
              value={toBoxText(row)}
              onChange={(box) => onChange(toItemValue(field.itemFields[0]!, box))}
              isInvalid={issues.some(({ severity }) => severity === "error")}
            />
          </div>
        ) : (
          shown.map((item) => (
            <FieldControlBox
              key={item.name}
              field={item.control === "json" ? { ...item, control: "text" } : item}
              id={`${id}-${item.name}`}
              label={`${item.label} of ${singular(field.label)} ${number}`}
              caption={item.label}
              value={values[item.name]}
              issues={issues.filter((issue) => issue.field?.[2] === item.name)}
              onChange={(next) => onChange({ ...values, [item.name]: next ?? "" })}
            />
          ))
        )}
      </div>
      <IconButton label={`Remove ${singular(field.label)} ${number}`} className="mt-0.5" onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}

function toItemValue(item: FormField, box: string): JsonValue {
  const number = Number(box);
  return item.control === "number" && box.trim() !== "" && Number.isFinite(number) ? number : box;
}
