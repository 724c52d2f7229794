/** How long runs are kept, as a form has it. */
export interface RetentionForm {
  succeededDays: string;
  failedDays: string;
  dropsData: boolean;
}

export interface Retention {
  succeededDays: number;
  failedDays: number;
  succeededData: "keep" | "drop";
}

export const MIN_DAYS = 1;
export const MAX_DAYS = 365;

export const toForm = ({ succeededDays, failedDays, succeededData }: Retention): RetentionForm => ({
  succeededDays: String(succeededDays),
  failedDays: String(failedDays),
  dropsData: succeededData === "drop",
});

/** Null where the text is no number of days that is allowed. */
export function readDays(text: string): number | null {
  const days = Number(text.trim());
  return text.trim() !== "" && Number.isInteger(days) && days >= MIN_DAYS && days <= MAX_DAYS ? days : null;
}

/** What the form says, or null where a field is not in order. */
export function fromForm(form: RetentionForm): Retention | null {
  const succeededDays = readDays(form.succeededDays);
  const failedDays = readDays(form.failedDays);
  if (succeededDays === null || failedDays === null) return null;
  return { succeededDays, failedDays, succeededData: form.dropsData ? "drop" : "keep" };
}
