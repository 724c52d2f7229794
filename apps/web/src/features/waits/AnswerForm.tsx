"use client";

import { Button, Field, Input, Notice, Select, Textarea } from "@patchbay/ui";
import { Check, CircleAlert, X } from "lucide-react";
import { fieldId, useAnswerForm, type AnswerFormOptions, type WaitRequest } from "./useAnswerForm.ts";

type FormField = WaitRequest["fields"][number];

/** The form that a Wait node's approval asks a person to fill in: its fields, a comment, and the two ways to decide. */
export function AnswerForm(options: AnswerFormOptions) {
  const { request } = options;
  const form = useAnswerForm(options);
  return (
    <form
      noValidate
      // Enter in a box decides nothing: which of the two buttons is meant is for the person to say.
      onSubmit={(event) => event.preventDefault()}
      className="flex flex-col gap-4"
    >
      {request.fields.map((field) => (
        <AnswerField
          key={field.name}
          field={field}
          value={form.values[field.name] ?? ""}
          error={form.errors[`fields.${field.name}`]}
          onChange={(value) => form.change(field.name, value)}
        />
      ))}
      <Field label="Comment" htmlFor="answer-comment" hint="Goes with the decision; may stay empty.">
        <Textarea
          id="answer-comment"
          aria-describedby="answer-comment-note"
          value={form.comment}
          onChange={(event) => form.setComment(event.target.value)}
        />
      </Field>
      {form.failure ? (
        <Notice tone="bad" icon={<CircleAlert aria-hidden />}>
          {form.failure}
        </Notice>
      ) : null}
      <div className="flex flex-wrap gap-2 max-sm:flex-col">
        <Button
          type="button"
          variant="primary"
          className="max-sm:h-11 sm:min-w-28"
          pending={form.pending === "approved"}
          disabled={form.pending === "rejected"}
          onClick={() => void form.submit("approved")}
        >
          <Check aria-hidden />
          <span className="truncate">{request.approveLabel}</span>
        </Button>
        <Button
          type="button"
          className="max-sm:h-11 sm:min-w-28"
          pending={form.pending === "rejected"}
          disabled={form.pending === "approved"}
          onClick={() => void form.submit("rejected")}
        >
          <X aria-hidden />
          <span className="truncate">{request.rejectLabel}</span>
        </Button>
      </div>
    </form>
  );
}

interface AnswerFieldProps {
  field: FormField;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function AnswerField({ field, value, error, onChange }: AnswerFieldProps) {
  const id = fieldId(field.name);
  return (
    <Field label={field.label} htmlFor={id} required={field.required} error={error}>
      <AnswerControl field={field} id={id} value={value} invalid={error !== undefined} onChange={onChange} />
    </Field>
  );
}

const yesNo = [
  { value: "yes", label: "Yes" },
  { value: "no", label: "No" },
];

interface AnswerControlProps {
  field: FormField;
  id: string;
  value: string;
  invalid: boolean;
  onChange: (value: string) => void;
}

function AnswerControl({ field, id, value, invalid, onChange }: AnswerControlProps) {
  const common = { id, invalid, ...(invalid && { "aria-describedby": `${id}-note` }) };
  if (field.type === "choice" || field.type === "yesNo") {
    const options = field.type === "yesNo" ? yesNo : field.choices.map((choice) => ({ value: choice, label: choice }));
    return <Select {...common} value={value || undefined} onValueChange={onChange} options={options} />;
  }
  const box = {
    ...common,
    value,
    "aria-required": field.required,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  if (field.type === "longText") return <Textarea {...box} />;
  if (field.type === "number") return <Input {...box} inputMode="decimal" autoComplete="off" />;
  return <Input {...box} type={field.type === "date" ? "date" : "text"} />;
}
