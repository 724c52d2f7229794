"use client";

import { api } from "@convex/api";
import { Avatar, Button, Field, Input, useToast } from "@patchbay/ui";
import { useMutation } from "convex/react";
import { LogOut } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useLeave } from "@/features/auth/useLeave";
import { useCan, useOrganization, useViewer } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";
import { Section } from "./Section.tsx";

const MAX_NAME_LENGTH = 100;

/** The organization with its name, which those who may can change, and one's own account. */
export function OrganizationSection() {
  const organization = useOrganization();
  const { user } = useViewer();
  const canRename = useCan("org:settings:update");
  const leave = useLeave();
  const act = useAct();
  return (
    <Section title="Organization and account">
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-3">
        {canRename ? (
          // The key: what is typed belongs to one organization.
          <RenameForm key={organization.id} organization={organization} />
        ) : (
          <NameAndKind name={organization.name} kind="Organization" square />
        )}
        {canRename ? null : <Role role={organization.role} />}
      </div>
      <div className="flex items-center gap-3 px-4 py-3">
        <NameAndKind name={user.name || user.email || "?"} kind={user.email} />
        <Button onClick={() => void act("Could not sign out", () => leave("/signin"))}>
          <LogOut aria-hidden />
          Sign out
        </Button>
      </div>
    </Section>
  );
}

function Role({ role }: { role: string }) {
  return (
    <span className="text-xs text-ink-3">
      Your role: <span className="font-medium text-ink-2 capitalize">{role}</span>
    </span>
  );
}

function NameAndKind({ name, kind, square = false }: { name: string; kind: string; square?: boolean }) {
  return (
    <>
      <Avatar name={name} className={square ? "size-8 rounded-control text-xs" : "size-8 text-xs"} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{name}</span>
        <span className="block truncate text-xs text-ink-3">{kind}</span>
      </span>
    </>
  );
}

function RenameForm({ organization }: { organization: ReturnType<typeof useOrganization> }) {
  const update = useMutation(api.organizations.mutations.updateOrganization);
  const act = useAct();
  const toast = useToast();
  const [typed, setTyped] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const name = (typed ?? organization.name).trim();
  const isChanged = name !== organization.name;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged || name === "") return;
    setPending(true);
    const result = await act("Could not rename the organization", () =>
      update({ organizationId: organization.id, name }),
    );
    setPending(false);
    if (!result.ok) return;
    setTyped(null);
    toast({ title: `The organization is called ${name} now`, tone: "ok" });
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex min-w-0 flex-1 basis-72 items-end gap-3">
      <Avatar name={name || organization.name} className="size-8 shrink-0 rounded-control text-xs" />
      <div className="min-w-0 flex-1">
        <Field label="Organization" htmlFor="organization-name" aside={<Role role={organization.role} />}>
          <Input
            id="organization-name"
            value={typed ?? organization.name}
            maxLength={MAX_NAME_LENGTH}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
      </div>
      <Button type="submit" pending={pending} disabled={!isChanged || name === ""}>
        Rename
      </Button>
    </form>
  );
}
