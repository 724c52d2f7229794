import { Field, Input, Select } from "@patchbay/ui";
import { lifeUnits, type Life } from "./scenarioSettings.ts";

interface LifeFieldProps {
  life: Life;
  onChange: (life: Life) => void;
  error: string | undefined;
}

/** How long a run may live, as a number of minutes, hours or days. */
export function LifeField({ life, onChange, error }: LifeFieldProps) {
  return (
    <Field
      label="Life of a run"
      htmlFor="settings-life"
      hint="Waits count, time as incomplete does not. A run that lives longer fails. Empty: 30 days."
      error={error}
    >
      <div className="flex gap-2">
        <Input
          id="settings-life"
          inputMode="numeric"
          placeholder="30"
          value={life.text}
          onChange={(event) => onChange({ ...life, text: event.target.value })}
        />
        <div className="w-36 shrink-0">
          <Select
            aria-label="Unit of a run's life"
            value={life.unit}
            onValueChange={(unit) => onChange({ ...life, unit })}
            options={lifeUnits.map(({ unit }) => ({ value: unit, label: unit }))}
          />
        </div>
      </div>
    </Field>
  );
}
