"use client";

import { Field, Input, Switch } from "@patchbay/ui";
import { MAX_DAYS, MIN_DAYS, readDays, type RetentionForm } from "./retentionForm.ts";

interface RetentionFieldsProps {
  idPrefix: string;
  form: RetentionForm;
  onChange: (form: RetentionForm) => void;
  disabled?: boolean;
}

/** Days for runs that succeeded and for others, and whether data of the former is kept at all. */
export function RetentionFields({ idPrefix, form, onChange, disabled = false }: RetentionFieldsProps) {
  const days = (name: "succeededDays" | "failedDays", label: string) => (
    <Field
      label={label}
      htmlFor={`${idPrefix}-${name}`}
      hint="days after their end"
      error={readDays(form[name]) === null ? `${MIN_DAYS} to ${MAX_DAYS} whole days.` : undefined}
    >
      <Input
        id={`${idPrefix}-${name}`}
        inputMode="numeric"
        disabled={disabled}
        value={form[name]}
        onChange={(event) => onChange({ ...form, [name]: event.target.value })}
      />
    </Field>
  );
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        {days("succeededDays", "Keep runs that succeeded")}
        {days("failedDays", "Keep failed and stopped runs")}
      </div>
      <label className="flex items-start gap-3 text-sm">
        <Switch
          label="Keep no data of runs that succeeded"
          disabled={disabled}
          checked={form.dropsData}
          onCheckedChange={(dropsData) => onChange({ ...form, dropsData })}
        />
        <span>
          <span className="block font-medium">Keep no data of runs that succeeded</span>
          <span className="text-xs text-ink-3">
            From now on only the row is kept: when, how long, how many operations. Such a run cannot be replayed. Test
            runs of drafts are not affected.
          </span>
        </span>
      </label>
    </div>
  );
}
