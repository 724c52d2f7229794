"use client";

import {
  Button,
  Cell,
  ConfirmDialog,
  CopyButton,
  Dialog,
  Field,
  HeadCell,
  Input,
  Notice,
  RelativeTime,
  Row,
  Skeleton,
  Table,
  TableHead,
} from "@patchbay/ui";
import { KeyRound, Plus, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Section } from "./Section.tsx";
import { useApiKeys, type ApiKeyRow } from "./useApiKeys.ts";

/** One's own keys for the HTTP API. */
export function ApiKeysSection() {
  const keys = useApiKeys();
  const [creating, setCreating] = useState(false);
  return (
    <Section
      title="API keys"
      text="For the HTTP API, as you: a key may do what you may, and nothing more."
      action={
        <Button size="sm" onClick={() => setCreating(true)}>
          <Plus aria-hidden />
          New key
        </Button>
      }
    >
      {keys.rows?.length === 0 ? (
        <p className="flex items-center gap-2 px-4 py-5 text-sm text-ink-3">
          <KeyRound aria-hidden className="size-4" />
          You have no keys.
        </p>
      ) : (
        <KeyTable keys={keys} />
      )}
      {creating ? <NewKeyDialog create={keys.create} onClose={() => setCreating(false)} /> : null}
    </Section>
  );
}

function KeyTable({ keys }: { keys: ReturnType<typeof useApiKeys> }) {
  const [revoking, setRevoking] = useState<ApiKeyRow | null>(null);
  return (
    <>
      <Table aria-busy={keys.rows === undefined}>
        <TableHead>
          <tr>
            <HeadCell className="first:pl-4">Name</HeadCell>
            <HeadCell className="hidden sm:table-cell">Begins with</HeadCell>
            <HeadCell className="hidden md:table-cell">Made</HeadCell>
            <HeadCell className="hidden sm:table-cell">Last used</HeadCell>
            <HeadCell className="w-20">
              <span className="sr-only">Actions</span>
            </HeadCell>
          </tr>
        </TableHead>
        <tbody>
          {keys.rows === undefined ? (
            <tr>
              <Cell dense>
                <Skeleton className="w-40" />
              </Cell>
              <Cell dense colSpan={4} />
            </tr>
          ) : (
            keys.rows.map((row) => (
              <Row key={row.id}>
                <Cell className="h-11 font-medium first:pl-4">{row.name}</Cell>
                <Cell className="hidden h-11 font-mono text-xs text-ink-2 sm:table-cell">{row.prefix}…</Cell>
                <Cell className="hidden h-11 text-ink-2 md:table-cell">
                  <RelativeTime value={row.createdAt} />
                </Cell>
                <Cell className="hidden h-11 text-ink-2 sm:table-cell">
                  {row.lastUsedAt === null ? "Never" : <RelativeTime value={row.lastUsedAt} />}
                </Cell>
                <Cell className="h-11 text-right">
                  <Button size="sm" variant="quiet" onClick={() => setRevoking(row)} aria-label={`Revoke ${row.name}`}>
                    Revoke
                  </Button>
                </Cell>
              </Row>
            ))
          )}
        </tbody>
      </Table>
      {revoking ? (
        <ConfirmDialog
          open
          onOpenChange={() => setRevoking(null)}
          title={`Revoke ${revoking.name}?`}
          description="Whatever uses this key is refused at once. This cannot be undone; a new key can be made."
          confirmLabel="Revoke"
          tone="danger"
          onConfirm={async () => {
            if (!(await keys.revoke(revoking))) throw new Error("not revoked");
          }}
        />
      ) : null}
    </>
  );
}

interface NewKeyDialogProps {
  create: (name: string) => Promise<string | null>;
  onClose: () => void;
}

function NewKeyDialog({ create, onClose }: NewKeyDialogProps) {
  const [name, setName] = useState("");
  const [key, setKey] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const ready = name.trim() !== "";
  if (key !== null) return <KeyShownOnce name={name.trim()} value={key} onClose={onClose} />;
  const submit = async () => {
    if (!ready) return;
    setPending(true);
    setKey(await create(name.trim()));
    setPending(false);
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New API key"
      description="Name it after what will use it, so that you know what to replace when you revoke it."
      width="sm"
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={pending} disabled={!ready}>
            Create
          </Button>
        </>
      }
    >
      <Field label="Name" htmlFor="api-key-name">
        <Input
          id="api-key-name"
          value={name}
          maxLength={100}
          placeholder="Deploy script"
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
    </Dialog>
  );
}

function KeyShownOnce({ name, value, onClose }: { name: string; value: string; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`${name} is ready`}
      width="md"
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <Notice tone="warn" icon={<TriangleAlert aria-hidden />}>
        Copy the key now: only a hash of it is stored, so it cannot be shown again.
      </Notice>
      <div className="mt-3 flex items-center gap-2 rounded-control border border-line-2 bg-sunken py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 flex-1 text-xs break-all [word-spacing:normal]">{value}</code>
        <CopyButton labelled label="Copy key" value={value} />
      </div>
    </Dialog>
  );
}
