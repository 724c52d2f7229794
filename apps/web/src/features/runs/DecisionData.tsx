"use client";

import { Field, Input, Textarea } from "@patchbay/ui";
import { changesOf, type InputBox } from "./editedInput.ts";

interface EditedInputProps {
  boxes: InputBox[];
  onChange: (boxes: InputBox[]) => void;
}

/** The stopped operation's input as a form. Only what is changed is sent. */
export function EditedInput({ boxes, onChange }: EditedInputProps) {
  const changes = changesOf(boxes);
  return (
    <div role="group" aria-label="Data of the operation" className="flex flex-col gap-3 border-l border-line-2 pl-4">
      {boxes.map((box, index) => {
        const id = `edit-${box.field}`;
        const isChanged = box.text !== box.before;
        const set = (text: string) => onChange(boxes.map((each, at) => (at === index ? { ...each, text } : each)));
        const isLong = box.kind === "json" || box.text.length > 80 || box.text.includes("\n");
        return (
          <Field
            key={box.field}
            label={box.label}
            htmlFor={id}
            error={!changes.ok && changes.field === box.field ? changes.message : undefined}
            aside={isChanged ? <span className="text-xs text-warn">Changed</span> : null}
          >
            {isLong ? (
              <Textarea id={id} mono rows={3} value={box.text} onChange={(event) => set(event.target.value)} />
            ) : (
              <Input id={id} value={box.text} onChange={(event) => set(event.target.value)} />
            )}
          </Field>
        );
      })}
    </div>
  );
}

interface OutputBoxProps {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

/** What the operation is said to have given. */
export function OutputBox({ value, onChange, error }: OutputBoxProps) {
  return (
    <div className="border-l border-line-2 pl-4">
      <Field
        label="Output, as JSON"
        htmlFor="decision-output"
        hint="What later nodes read from this node: the fields that the service would have answered with."
        error={error}
      >
        <Textarea id="decision-output" mono rows={6} value={value} onChange={(event) => onChange(event.target.value)} />
      </Field>
    </div>
  );
}
