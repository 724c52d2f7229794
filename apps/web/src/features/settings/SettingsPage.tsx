"use client";

import { Select } from "@patchbay/ui";
import { themeOptions } from "@/features/shell/AccountMenu";
import { useCan } from "@/features/shell/viewer";
import { useTheme } from "@/features/theme/ThemeProvider";
import { QueryBoundary } from "@/lib/QueryBoundary";
import { ApiKeysSection } from "./ApiKeysSection.tsx";
import { AuditSection } from "./AuditSection.tsx";
import { OrganizationSection } from "./OrganizationSection.tsx";
import { RetentionSection } from "./RetentionSection.tsx";
import { Section } from "./Section.tsx";

/** The organization, one's account, keys and appearance, and the log of what was done. */
export function SettingsPage() {
  const canSeeAudit = useCan("org:settings:update");
  return (
    <>
      <header className="flex shrink-0 items-center border-b border-line px-5 py-3">
        <h1 className="flex h-8 items-center text-xl font-semibold">Settings</h1>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto bg-sunken">
        <div className="mx-auto flex max-w-220 flex-col gap-8 px-5 py-6">
          <OrganizationSection />
          <AppearanceSection />
          <QueryBoundary title="The rule for runs could not be loaded">
            <RetentionSection />
          </QueryBoundary>
          <QueryBoundary title="The API keys could not be loaded">
            <ApiKeysSection />
          </QueryBoundary>
          {canSeeAudit ? (
            <QueryBoundary title="The audit log could not be loaded">
              <AuditSection />
            </QueryBoundary>
          ) : null}
        </div>
      </div>
    </>
  );
}

function AppearanceSection() {
  const { choice, choose } = useTheme();
  return (
    <Section title="Appearance">
      <div className="flex items-center gap-4 px-4 py-3">
        <label htmlFor="theme" className="flex-1 text-sm">
          <span className="block font-medium">Theme</span>
          <span className="block text-xs text-ink-3">On this browser. “System” follows the operating system.</span>
        </label>
        <div className="w-40">
          <Select
            id="theme"
            value={choice}
            onValueChange={choose}
            options={themeOptions.map(({ value, label }) => ({ value, label }))}
          />
        </div>
      </div>
    </Section>
  );
}
