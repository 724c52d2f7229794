"use client";

import {
  AppIcon,
  Button,
  Cell,
  ConfirmDialog,
  Dialog,
  EmptyState,
  Field,
  HeadCell,
  IconButton,
  Input,
  Menu,
  MenuContent,
  MenuItem,
  MenuSeparator,
  MenuTrigger,
  RelativeTime,
  Row,
  Skeleton,
  Table,
  TableHead,
} from "@patchbay/ui";
import { Ellipsis, Pencil, Plug, Plus, ShieldHalf, Trash2 } from "lucide-react";
import { useState } from "react";
import { useCan } from "@/features/shell/viewer";
import { BreakerDialog } from "./BreakerDialog.tsx";
import { BreakerState } from "./BreakerState.tsx";
import { findOfferedType } from "./connectionForm.ts";
import { NewConnectionDialog } from "./NewConnectionDialog.tsx";
import { useConnections, type ConnectionRow } from "./useConnections.ts";

/** Stored credentials: who may see this sees names, never secrets. */
export function ConnectionsPage() {
  const connections = useConnections();
  const canCreate = useCan("connection:create");
  const [creating, setCreating] = useState(false);
  const add = canCreate ? (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      New connection
    </Button>
  ) : null;
  return (
    <>
      <header className="flex min-h-14 shrink-0 items-center gap-3 border-b border-line px-5">
        <h1 className="mr-auto text-xl font-semibold">Connections</h1>
        {/* An empty page has its one button in the middle. */}
        {connections.rows?.length === 0 ? null : add}
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        {connections.rows?.length === 0 ? (
          <EmptyState icon={<Plug aria-hidden />} title="No connections yet" action={add}>
            A connection holds the credentials that a node sends to another service: a token, say, or a user name and
            password. They are encrypted, and no page, log or API shows them again.
          </EmptyState>
        ) : (
          <ConnectionTable connections={connections} />
        )}
      </div>
      {creating ? <NewConnectionDialog create={connections.create} onClose={() => setCreating(false)} /> : null}
    </>
  );
}

type Connections = ReturnType<typeof useConnections>;

function ConnectionTable({ connections }: { connections: Connections }) {
  return (
    <Table aria-busy={connections.rows === undefined}>
      <TableHead>
        <tr>
          <HeadCell>Name</HeadCell>
          <HeadCell className="hidden w-56 sm:table-cell">Kind</HeadCell>
          <HeadCell className="w-56">State</HeadCell>
          <HeadCell className="hidden w-72 md:table-cell">Made</HeadCell>
          <HeadCell className="w-12">
            <span className="sr-only">Actions</span>
          </HeadCell>
        </tr>
      </TableHead>
      <tbody>
        {connections.rows
          ? connections.rows.map((row) => <ConnectionRowView key={row.id} row={row} connections={connections} />)
          : [0, 1, 2].map((index) => (
              <tr key={index}>
                <Cell>
                  <Skeleton className="w-44" />
                </Cell>
                <Cell className="hidden sm:table-cell">
                  <Skeleton className="w-28" />
                </Cell>
                <Cell>
                  <Skeleton className="w-20" />
                </Cell>
                <Cell className="hidden md:table-cell">
                  <Skeleton className="w-36" />
                </Cell>
                <Cell />
              </tr>
            ))}
      </tbody>
    </Table>
  );
}

function ConnectionRowView({ row, connections }: { row: ConnectionRow; connections: Connections }) {
  const kind = findOfferedType(row.type);
  return (
    <Row>
      <Cell className="max-w-0">
        <span className="flex min-w-0 items-center gap-3">
          <AppIcon icon={kind?.icon} color={kind?.color} size={28} />
          <span className="truncate font-medium">{row.name}</span>
        </span>
      </Cell>
      <Cell className="hidden text-ink-2 sm:table-cell">
        {kind ? `${kind.app}, ${kind.connection.label}` : row.type}
      </Cell>
      <Cell>
        <BreakerState row={row} onReset={() => void connections.reset(row)} />
      </Cell>
      <Cell className="hidden text-ink-2 md:table-cell">
        <RelativeTime value={row.createdAt} /> by {row.createdBy.name}
      </Cell>
      <Cell>
        <ConnectionMenu row={row} connections={connections} />
      </Cell>
    </Row>
  );
}

function ConnectionMenu({ row, connections }: { row: ConnectionRow; connections: Connections }) {
  const [dialog, setDialog] = useState<"rename" | "breaker" | "delete" | null>(null);
  const canUpdate = useCan("connection:update");
  const canDelete = useCan("connection:delete");
  if (!canUpdate && !canDelete) return null;
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <IconButton label={`More for ${row.name}`}>
            <Ellipsis aria-hidden />
          </IconButton>
        </MenuTrigger>
        <MenuContent>
          {canUpdate ? (
            <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setDialog("rename")}>
              Rename
            </MenuItem>
          ) : null}
          {canUpdate ? (
            <MenuItem icon={<ShieldHalf aria-hidden />} onSelect={() => setDialog("breaker")}>
              When it fails
            </MenuItem>
          ) : null}
          {canUpdate && canDelete ? <MenuSeparator /> : null}
          {canDelete ? (
            <MenuItem icon={<Trash2 aria-hidden />} tone="danger" onSelect={() => setDialog("delete")}>
              Delete
            </MenuItem>
          ) : null}
        </MenuContent>
      </Menu>
      {dialog === "rename" ? (
        <RenameConnection row={row} rename={connections.rename} onClose={() => setDialog(null)} />
      ) : null}
      {dialog === "breaker" ? (
        <BreakerDialog row={row} save={connections.setBreaker} onClose={() => setDialog(null)} />
      ) : null}
      {dialog === "delete" ? (
        <ConfirmDialog
          open
          onOpenChange={() => setDialog(null)}
          title={`Delete ${row.name}?`}
          description="Its secrets are erased at once. Nodes that use it fail with an authentication error until they get another connection. This cannot be undone."
          confirmLabel="Delete"
          tone="danger"
          onConfirm={async () => {
            if (!(await connections.remove(row))) throw new Error("not deleted");
          }}
        />
      ) : null}
    </>
  );
}

interface RenameConnectionProps {
  row: ConnectionRow;
  rename: Connections["rename"];
  onClose: () => void;
}

function RenameConnection({ row, rename, onClose }: RenameConnectionProps) {
  const [name, setName] = useState(row.name);
  const ready = name.trim() !== "";
  const submit = async () => {
    if (ready && (await rename(row.id, name.trim()))) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Rename connection"
      width="sm"
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!ready}>
            Save
          </Button>
        </>
      }
    >
      <Field label="Name" htmlFor="connection-new-name">
        <Input
          id="connection-new-name"
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
    </Dialog>
  );
}
