import { Button } from "@patchbay/ui";
import type { Issue, JsonValue } from "@patchbay/core";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { FieldGroup } from "./FieldGroup.tsx";
import { FieldRow } from "./FieldRow.tsx";
import { isShown } from "./formSchema.ts";
import type { FormField } from "./formSchema.ts";

export interface SchemaFormProps {
  fields: readonly FormField[];
  config: Record<string, JsonValue>;
  /** Issues of this node; each shows at the field it names. */
  issues: readonly Issue[];
  idPrefix: string;
  onChange: (field: string, value: JsonValue | undefined) => void;
  /** What stands in a group beside its fields. */
  groupParts?: Record<string, GroupPart>;
}

export interface GroupPart {
  /** In the group's heading, also while it is folded. */
  badge?: ReactNode;
  /** Below the fields. */
  content?: ReactNode;
}

/** A form made from a manifest's schema. Advanced fields are folded unless one of them is set or has an issue. */
export function SchemaForm({ fields, config, issues, idPrefix, onChange, groupParts = {} }: SchemaFormProps) {
  const shown = fields.filter((field) => isShown(field, fields, config));
  const plain = shown.filter((field) => !field.isAdvanced && !field.group);
  const advanced = shown.filter((field) => field.isAdvanced && !field.group);
  const groups = [...new Set(shown.flatMap(({ group }) => (group ? [group] : [])))];
  const issuesOf = (field: FormField) => issues.filter((issue) => issue.field?.[0] === field.name);
  const isInUse = advanced.some((field) => config[field.name] !== undefined || issuesOf(field).length > 0);
  const [isUnfolded, setUnfolded] = useState(isInUse);
  const row = (field: FormField) => (
    <FieldRow
      key={field.name}
      field={field}
      id={`${idPrefix}-${field.name}`}
      value={config[field.name]}
      issues={issuesOf(field)}
      onChange={(value) => onChange(field.name, value)}
    />
  );
  return (
    <>
      {plain.map(row)}
      {isUnfolded ? advanced.map(row) : null}
      {groups.map((group) => {
        const members = shown.filter((field) => field.group === group);
        const hasIssue = members.some((field) => issuesOf(field).length > 0);
        return (
          <FieldGroup key={group} title={group} badge={groupParts[group]?.badge} isOpenAtFirst={hasIssue}>
            {members.map(row)}
            {groupParts[group]?.content}
          </FieldGroup>
        );
      })}
      {advanced.length > 0 ? (
        <Button
          variant="quiet"
          size="sm"
          className="-ml-2.5 self-start"
          aria-expanded={isUnfolded}
          onClick={() => setUnfolded(!isUnfolded)}
        >
          <SlidersHorizontal aria-hidden />
          {isUnfolded ? "Fewer fields" : `${advanced.length} more ${advanced.length === 1 ? "field" : "fields"}`}
        </Button>
      ) : null}
    </>
  );
}
