import { Input, Select, Switch } from "@patchbay/ui";
import type { Issue, JsonValue } from "@patchbay/core";
import { CallInputs } from "../calls/CallInputs.tsx";
import { ScenarioChooser } from "../calls/ScenarioChooser.tsx";
import { MappingField } from "../mapping/MappingField.tsx";
import { useMappingScope } from "../mapping/MappingContext.tsx";
import { RowsControl } from "./RowsControl.tsx";
import { fromBoxText, toBoxText } from "./formSchema.ts";
import type { FormField } from "./formSchema.ts";

export interface FieldControlBoxProps {
  field: FormField;
  id: string;
  /** Accessible name where no label stands above (in rows). */
  label?: string;
  /** Beside a switch that has no label above it. */
  caption?: string;
  value: JsonValue | undefined;
  issues: readonly Issue[];
  onChange: (value: JsonValue | undefined) => void;
}

/** The control that a field asks for. */
export function FieldControlBox({
  field,
  id,
  label = field.label,
  caption,
  value,
  issues,
  onChange,
}: FieldControlBoxProps) {
  const isInvalid = issues.some(({ severity }) => severity === "error");
  switch (field.control) {
    case "switch":
      return (
        <span className="flex items-center gap-2 text-sm text-ink-2">
          <Switch
            id={id}
            label={label}
            checked={(value ?? field.default ?? false) === true}
            onCheckedChange={onChange}
          />
          {caption ?? ((value ?? field.default) === true ? "Yes" : "No")}
        </span>
      );
    case "select":
      return (
        <Select
          id={id}
          aria-label={label}
          value={toBoxText(value ?? field.default) || undefined}
          onValueChange={onChange}
          options={field.options}
          invalid={isInvalid}
        />
      );
    case "scenario":
      return <ScenarioChooser id={id} label={label} value={value} isInvalid={isInvalid} onChange={onChange} />;
    case "scenarioInputs":
      return <CallInputs id={id} value={value} issues={issues} onChange={onChange} />;
    case "nodeRef":
      return <NodeReference id={id} label={label} value={value} isInvalid={isInvalid} onChange={onChange} />;
    case "list":
    case "keyValue":
      return <RowsControl field={field} id={id} value={value} issues={issues} onChange={onChange} />;
    default:
      if (field.isLiteral && oneLine.has(field.control))
        return <LiteralBox {...{ field, id, label, value, isInvalid, onChange }} />;
      return (
        <MappingField
          id={id}
          label={label}
          value={toBoxText(value)}
          onChange={(box) => onChange(fromBoxText(field.control, box))}
          isMultiline={field.control === "textarea" || field.control === "json"}
          placeholder={placeholderOf(field)}
          isInvalid={isInvalid}
          describedBy={`${id}-note`}
          hasPreview
        />
      );
  }
}

const oneLine: ReadonlySet<string> = new Set(["text", "number", "duration"]);

interface LiteralBoxProps extends Pick<FieldControlBoxProps, "field" | "id" | "value" | "onChange"> {
  label: string;
  isInvalid: boolean;
}

/** A box for text that takes no formulas. */
function LiteralBox({ field, id, label, value, isInvalid, onChange }: LiteralBoxProps) {
  return (
    <Input
      id={id}
      aria-label={label}
      aria-describedby={`${id}-note`}
      value={toBoxText(value)}
      placeholder={placeholderOf(field)}
      invalid={isInvalid}
      onChange={(event) => onChange(fromBoxText(field.control, event.target.value))}
    />
  );
}

function placeholderOf(field: FormField): string {
  if (field.default !== undefined && field.default !== "") return toBoxText(field.default);
  return field.example === undefined ? "" : toBoxText(field.example);
}

interface NodeReferenceProps {
  id: string;
  label: string;
  value: JsonValue | undefined;
  isInvalid: boolean;
  onChange: (value: JsonValue | undefined) => void;
}

/** A choice among the nodes before this one. */
function NodeReference({ id, label, value, isInvalid, onChange }: NodeReferenceProps) {
  const { sources } = useMappingScope();
  const options = sources.map((source) => ({
    value: String(source.id),
    label: `${source.id} ${source.title}`,
    description: source.subtitle,
  }));
  return (
    <Select
      id={id}
      aria-label={label}
      value={toBoxText(value) || undefined}
      onValueChange={(chosen) => onChange(Number(chosen))}
      options={options}
      placeholder="Choose a node"
      invalid={isInvalid}
    />
  );
}
