"use client";

import { cx } from "@patchbay/ui";
import { Suspense, lazy } from "react";

export interface MappingFieldProps {
  id: string;
  /** Accessible name. */
  label: string;
  value: string;
  onChange: (text: string) => void;
  isMultiline?: boolean;
  placeholder?: string;
  isInvalid?: boolean;
  describedBy?: string;
  autoFocus?: boolean;
  /** Shows what the formulas come to with the samples, below the box. */
  hasPreview?: boolean;
}

// The formula editor is large and only needed once a form is open.
const FormulaBox = lazy(() => import("./FormulaBox.tsx"));

/** A box for text with formulas. Holds the place of the editor while that loads. */
export function MappingField(props: MappingFieldProps) {
  const height = props.isMultiline ? "min-h-24" : "min-h-8";
  return (
    <Suspense
      fallback={
        <div
          aria-busy
          className={cx(
            "w-full rounded-control border border-control bg-surface px-2.5 py-1.5 text-sm text-ink",
            height,
          )}
        >
          {props.value}
        </div>
      }
    >
      <FormulaBox {...props} />
    </Suspense>
  );
}
