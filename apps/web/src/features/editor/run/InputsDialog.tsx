import { Button, Dialog, Field, Input, Select, Textarea } from "@patchbay/ui";
import { inputTypeWords, takeInputs, type DeclaredInput, type JsonValue } from "@patchbay/core";
import { Play } from "lucide-react";
import { useState } from "react";
import { fromBoxText, toBoxText } from "../config/formSchema.ts";

export interface InputsDialogProps {
  inputs: readonly DeclaredInput[];
  /** JSON of what was given the last time. */
  initial: string;
  onRun: (json: string) => void;
  onClose: () => void;
}

/** Asks for the inputs of a scenario that others call, to run it by hand. */
export function InputsDialog({ inputs, initial, onRun, onClose }: InputsDialogProps) {
  const [values, setValues] = useState(() => readValues(initial));
  const { faults } = takeInputs(inputs, values);
  const problemOf = (name: string) =>
    values[name] === undefined ? undefined : faults.find((fault) => fault.name === name)?.message;
  const set = (name: string, value: JsonValue | undefined) => {
    const { [name]: _before, ...others } = values;
    setValues(value === undefined ? others : { ...others, [name]: value });
  };
  const known = Object.fromEntries(inputs.flatMap(({ name }) => (name in values ? [[name, values[name]]] : [])));
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Run once with these inputs"
      description="They stand in for what a calling scenario would hand over."
      onSubmit={() => faults.length === 0 && onRun(JSON.stringify(known))}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="run" disabled={faults.length > 0}>
            <Play aria-hidden />
            Run once
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {inputs.map((input) => (
          <Field
            key={input.name}
            label={input.name}
            htmlFor={`input-${input.name}`}
            required={input.required}
            hint={input.description || `${inputTypeWords[input.type].replace(/^./, (first) => first.toUpperCase())}.`}
            error={problemOf(input.name)}
          >
            <InputControl input={input} value={values[input.name]} onChange={(value) => set(input.name, value)} />
          </Field>
        ))}
      </div>
    </Dialog>
  );
}

interface InputControlProps {
  input: DeclaredInput;
  value: JsonValue | undefined;
  onChange: (value: JsonValue | undefined) => void;
}

function InputControl({ input, value, onChange }: InputControlProps) {
  const id = `input-${input.name}`;
  if (input.type === "boolean") {
    return (
      <Select
        id={id}
        value={toBoxText(value) || undefined}
        onValueChange={(chosen) => onChange(chosen === "true")}
        options={[
          { value: "true", label: "Yes" },
          { value: "false", label: "No" },
        ]}
        placeholder="Choose"
      />
    );
  }
  if (input.type === "list" || input.type === "object") {
    const onText = (text: string) => onChange(fromBoxText("json", text));
    const shown = toBoxText(value);
    return (
      <Textarea
        id={id}
        mono
        rows={4}
        spellCheck={false}
        value={shown}
        onChange={(event) => onText(event.target.value)}
      />
    );
  }
  const control = input.type === "number" ? "number" : "text";
  return (
    <Input id={id} value={toBoxText(value)} onChange={(event) => onChange(fromBoxText(control, event.target.value))} />
  );
}

function readValues(json: string): Record<string, JsonValue> {
  try {
    const value = JSON.parse(json) as JsonValue;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
