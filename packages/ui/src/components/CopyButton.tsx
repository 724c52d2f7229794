"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, type ButtonSize, type ButtonVariant } from "./Button.tsx";
import { IconButton } from "./IconButton.tsx";

/** Copies a text and says for 1.5 s that it did. `copied` is null where the browser refused. */
export function useCopy(): { copied: boolean | null; copy: (text: string) => Promise<void> } {
  const [copied, setCopied] = useState<boolean | null>(false);
  useEffect(() => {
    if (copied === false) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // No permission, or not a secure context: said on the button.
      setCopied(null);
    }
  };
  return { copied, copy };
}

export interface CopyButtonProps {
  /** The text, or a function that makes it only when asked. */
  value: string | (() => string);
  /** `"Copy URL"`. */
  label: string;
  /** With its label as text; else only the icon with a tooltip. */
  labelled?: boolean;
  variant?: ButtonVariant;
  size?: ButtonSize;
}

export function CopyButton({ value, label, labelled = false, variant = "secondary", size = "sm" }: CopyButtonProps) {
  const { copied, copy } = useCopy();
  const say = copied === null ? "Could not copy" : copied ? "Copied" : label;
  const icon = copied ? <Check aria-hidden className="text-ok-mark" /> : <Copy aria-hidden />;
  const onClick = () => void copy(typeof value === "string" ? value : value());
  const status = (
    <span role="status" className="sr-only">
      {copied === false ? "" : say}
    </span>
  );
  if (labelled) {
    return (
      <Button variant={variant} size={size} onClick={onClick}>
        {icon}
        {say}
        {status}
      </Button>
    );
  }
  return (
    <>
      <IconButton label={say} size={size} onClick={onClick}>
        {icon}
      </IconButton>
      {status}
    </>
  );
}
