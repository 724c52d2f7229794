import { Badge, IconButton } from "@patchbay/ui";
import { inputTypeWords, type DeclaredInput, type Issue, type JsonValue } from "@patchbay/core";
import { X } from "lucide-react";
import { useEditor } from "../EditorContext.tsx";
import { fromBoxText, toBoxText, type FieldControl } from "../config/formSchema.ts";
import { MappingField } from "../mapping/MappingField.tsx";
import { indexDefinition } from "../store/definitionIndex.ts";
import { calledBy } from "./called.ts";

export interface CallInputsProps {
  id: string;
  value: JsonValue | undefined;
  issues: readonly Issue[];
  onChange: (value: JsonValue | undefined) => void;
}

/** A box for each input that the called scenario declares, and what is left of those that it once declared. */
export function CallInputs({ id, value, issues, onChange }: CallInputsProps) {
  const called = useEditor(({ panel, definition, callables }) =>
    panel.kind === "node" ? calledBy(indexDefinition(definition).nodes.get(panel.nodeId), callables) : undefined,
  );
  const given = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  const set = (name: string, next: JsonValue | undefined) => {
    const { [name]: _before, ...others } = given;
    const all = next === undefined ? others : { ...others, [name]: next };
    onChange(Object.keys(all).length === 0 ? undefined : all);
  };
  if (!called) return <p className="text-sm text-ink-3">Choose a scenario: its inputs appear here.</p>;
  const declared = new Set(called.inputs.map((input) => input.name));
  const leftOver = Object.keys(given).filter((name) => !declared.has(name));
  return (
    <div id={id} role="group" aria-label="Inputs" className="flex flex-col gap-3">
      {called.inputs.length === 0 ? <p className="text-sm text-ink-3">“{called.name}” takes no inputs.</p> : null}
      {called.inputs.map((input) => (
        <InputBox
          key={input.name}
          input={input}
          id={`${id}-${input.name}`}
          value={given[input.name]}
          isInvalid={issues.some((issue) => issue.severity === "error" && issue.field?.[1] === input.name)}
          onChange={(next) => set(input.name, next)}
        />
      ))}
      {leftOver.map((name) => (
        <p key={name} className="flex items-center gap-2 text-sm text-warn">
          <span className="min-w-0 flex-1 truncate">“{name}” is no input of it any more.</span>
          <IconButton label={`Remove the value of ${name}`} onClick={() => set(name, undefined)}>
            <X aria-hidden />
          </IconButton>
        </p>
      ))}
    </div>
  );
}

const controls: Partial<Record<DeclaredInput["type"], FieldControl>> = {
  number: "number",
  list: "json",
  object: "json",
};
const labels: Record<DeclaredInput["type"], string> = {
  text: "Text",
  number: "Number",
  boolean: "Yes or no",
  date: "Date",
  list: "List",
  object: "Object",
};

interface InputBoxProps {
  input: DeclaredInput;
  id: string;
  value: JsonValue | undefined;
  isInvalid: boolean;
  onChange: (value: JsonValue | undefined) => void;
}

function InputBox({ input, id, value, isInvalid, onChange }: InputBoxProps) {
  const control = controls[input.type] ?? "text";
  const note = input.description || (input.type === "text" ? "" : `Must be ${inputTypeWords[input.type]}.`);
  return (
    <div>
      <div className="mb-1 flex items-center gap-2">
        <label htmlFor={id} className="truncate text-sm font-medium text-ink">
          {input.name}
          {input.required ? <span className="text-bad"> *</span> : null}
        </label>
        <Badge>{labels[input.type]}</Badge>
      </div>
      <MappingField
        id={id}
        label={input.name}
        value={toBoxText(value)}
        onChange={(box) => onChange(fromBoxText(control, box))}
        isMultiline={control === "json"}
        isInvalid={isInvalid}
        describedBy={`${id}-note`}
        hasPreview
      />
      {note === "" ? null : (
        <p id={`${id}-note`} className="mt-1 text-xs text-ink-2">
          {note}
        </p>
      )}
    </div>
  );
}
