interface AuditFacts {
  /** `scenario.created` */
  action: string;
  /** JSON text. */
  details: string | null;
}

/** `scenario.draftSaved` and `scenario.draft_saved` become `Scenario draft saved`. */
function humanize(action: string): string {
  const words = action
    .replaceAll(/[._]/g, " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return sentence.replaceAll(/\bapi\b/gi, "API");
}

function readDetails(details: string | null): Record<string, unknown> {
  if (details === null) return {};
  try {
    const value: unknown = JSON.parse(details);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    // Details of a form that this page does not know are left out, not shown raw.
    return {};
  }
}

/** An audit entry as a sentence's beginning and what it was about: `Version published` · `Orders, version 3`. */
export function auditWords({ action, details }: AuditFacts): { text: string; subject: string } {
  const known = readDetails(details);
  const parts = [
    typeof known.name === "string" ? known.name : "",
    typeof known.number === "number" ? `version ${known.number}` : "",
    typeof known.email === "string" ? known.email : "",
  ];
  return { text: humanize(action), subject: parts.filter(Boolean).join(", ") };
}
