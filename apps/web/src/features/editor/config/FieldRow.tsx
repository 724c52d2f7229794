import { Field, Switch, Tooltip } from "@patchbay/ui";
import type { Issue, JsonValue } from "@patchbay/core";
import { Info } from "lucide-react";
import { useState } from "react";
import { MappingField } from "../mapping/MappingField.tsx";
import { FieldControlBox } from "./FieldControlBox.tsx";
import { fromBoxText, isFormula, toBoxText } from "./formSchema.ts";
import type { FormField } from "./formSchema.ts";

export interface FieldRowProps {
  field: FormField;
  id: string;
  value: JsonValue | undefined;
  issues: readonly Issue[];
  onChange: (value: JsonValue | undefined) => void;
}

/** Controls that only take a formula after "Map" was switched on; the others are formula boxes anyway. */
const mappable = new Set(["select", "switch"]);

/** One field of a form: label, control (or a formula box when mapped), and what is wrong with it. */
export function FieldRow({ field, id, value, issues, onChange }: FieldRowProps) {
  const canMap = mappable.has(field.control) && !field.isLiteral;
  const [isMapped, setMapped] = useState(canMap && isFormula(value));
  const isMap = canMap && (isMapped || isFormula(value));
  const error = issues.find(({ severity }) => severity === "error");
  const warning = error ? undefined : issues[0];
  const setMap = (next: boolean) => {
    setMapped(next);
    if (!next && isFormula(value)) onChange(field.default);
  };
  return (
    <Field
      label={
        <span className="inline-flex items-center gap-1">
          {field.label}
          {field.description ? <FieldHelp text={field.description} /> : null}
        </span>
      }
      htmlFor={id}
      required={field.isRequired}
      error={error ? sentenceOf(error) : undefined}
      hint={warning ? <span className="text-warn">{sentenceOf(warning)}</span> : undefined}
      aside={
        canMap ? (
          <label className="inline-flex items-center gap-1.5 text-xs text-ink-2">
            Map
            <Switch checked={isMap} onCheckedChange={setMap} label={`Map ${field.label}`} />
          </label>
        ) : null
      }
    >
      {isMap ? (
        <MappingField
          id={id}
          label={field.label}
          value={toBoxText(value)}
          onChange={(box) => onChange(fromBoxText("text", box))}
          isInvalid={error !== undefined}
          describedBy={`${id}-note`}
          hasPreview
        />
      ) : (
        <FieldControlBox field={field} id={id} value={value} issues={issues} onChange={onChange} />
      )}
    </Field>
  );
}

const sentenceOf = ({ message, fix }: Issue): string => [message, fix].filter(Boolean).join(" ");

function FieldHelp({ text }: { text: string }) {
  return (
    <Tooltip label={text} side="top">
      <button
        type="button"
        aria-label={text}
        className="inline-flex size-5 items-center justify-center rounded-full text-ink-3 hover:text-ink"
      >
        <Info aria-hidden className="size-3" />
      </button>
    </Tooltip>
  );
}
