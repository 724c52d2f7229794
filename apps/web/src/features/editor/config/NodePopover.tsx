import {
  AppIcon,
  Button,
  IconButton,
  Input,
  Menu,
  MenuContent,
  MenuItem,
  MenuSeparator,
  MenuTrigger,
  Notice,
} from "@patchbay/ui";
import type { DefinitionNode, JsonValue, NodeId } from "@patchbay/core";
import {
  CircleAlert,
  CircleFadingArrowUp,
  Copy,
  Ellipsis,
  Pencil,
  Play,
  Power,
  PowerOff,
  ShieldAlert,
  StickyNote,
  Trash2,
  Unplug,
  X,
} from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import { AnchoredPanel } from "../canvas/AnchoredPanel.tsx";
import { nodeFace } from "../canvas/nodeFace.ts";
import { useCanvasView } from "../canvas/useCanvasView.ts";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { MappingScopeProvider } from "../mapping/MappingContext.tsx";
import { ValuePanel } from "../mapping/ValuePanel.tsx";
import { RunNodeDialog } from "../run/RunNodeDialog.tsx";
import { setConfigField, updateNode } from "../store/commands.ts";
import { upgradeChanges } from "../upgrade/upgrades.ts";
import { indexDefinition } from "../store/definitionIndex.ts";
import { useNodeActions } from "../store/useNodeActions.ts";
import { ConnectionField } from "./ConnectionField.tsx";
import { HideDataSwitch } from "./HideDataSwitch.tsx";
import { ErrorSettings } from "./ErrorSettings.tsx";
import { readForm } from "./formSchema.ts";
import { NoteField } from "./NoteField.tsx";
import { PollingPanel } from "./PollingPanel.tsx";
import { RouteList } from "./RouteList.tsx";
import { SchedulePanel } from "./SchedulePanel.tsx";
import { SchemaForm } from "./SchemaForm.tsx";
import { WebhookPanel } from "./WebhookPanel.tsx";
import { RefusedCount, WebhookSecurity } from "./WebhookSecurity.tsx";

const POPOVER_WIDTH = 388;
const VALUES_WIDTH = 284;

/** The configuration of the node that is open, beside it, with the values it can read. Escape goes back to the node. */
export function NodePopover({ nodeId }: { nodeId: NodeId }) {
  const { store } = useEditorServices();
  const node = useEditor((state) => indexDefinition(state.definition).nodes.get(nodeId));
  const catalog = useEditor((state) => state.catalog);
  const view = useCanvasView();
  const section = useRef<HTMLElement>(null);
  const takesFocus = useEditor((state) => state.panel.kind === "node" && state.panel.takesFocus);
  useEffect(() => {
    if (takesFocus) section.current?.focus({ preventScroll: true });
  }, [nodeId, takesFocus]);
  if (!node) return null;
  const face = nodeFace(catalog, node);
  const hasValues = !face.isTrigger && !face.isRouter;
  const close = () => {
    store.getState().setPanel({ kind: "none" });
    view.focus(nodeId);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    close();
  };
  return (
    <AnchoredPanel nodeId={nodeId} width={POPOVER_WIDTH + (hasValues ? VALUES_WIDTH + 8 : 0)}>
      <MappingScopeProvider nodeId={nodeId}>
        <div className="contents" onKeyDown={onKeyDown}>
          <section
            ref={section}
            role="dialog"
            tabIndex={-1}
            aria-label={`Settings of node ${node.id}, ${node.name ?? face.title}`}
            className="mt-(--main-offset) flex max-h-(--panel-height) shrink-0 animate-pop-in flex-col overflow-hidden rounded-pop border border-line-2 bg-surface shadow-pop outline-none"
            style={{ width: POPOVER_WIDTH }}
          >
            <PopoverHeader node={node} onClose={close} />
            <PopoverBody key={node.id} node={node} />
            <footer className="flex items-center gap-2 border-t border-line bg-sunken px-4 py-2.5">
              {face.isTrigger ? (
                <span className="text-xs text-ink-3">Changes are saved as you make them</span>
              ) : (
                <RunThisNode node={node} title={node.name ?? face.title} />
              )}
              <Button variant="primary" className="ml-auto" onClick={close}>
                Done
              </Button>
            </footer>
          </section>
          {hasValues ? <ValuePanel /> : null}
        </div>
      </MappingScopeProvider>
    </AnchoredPanel>
  );
}

function RunThisNode({ node, title }: { node: DefinitionNode; title: string }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button variant="quiet" onClick={() => setAsking(true)} className="-ml-2">
        <Play aria-hidden />
        Run this node
      </Button>
      {isAsking ? <RunNodeDialog node={node} title={title} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

function PopoverHeader({ node, onClose }: { node: DefinitionNode; onClose: () => void }) {
  const catalog = useEditor((state) => state.catalog);
  const actions = useNodeActions();
  const [isRenaming, setRenaming] = useState(false);
  const face = nodeFace(catalog, node);
  return (
    <header className="flex h-13 shrink-0 items-center gap-2.5 border-b border-line pr-2 pl-4">
      <AppIcon icon={face.icon} color={face.color} size={24} />
      {isRenaming ? (
        <RenameBox node={node} placeholder={face.title} onDone={() => setRenaming(false)} />
      ) : (
        <h2 className="flex min-w-0 flex-1 items-baseline gap-2">
          <span className="truncate text-base font-semibold text-ink">{node.name ?? face.title}</span>
          {face.isRouter ? null : <span className="truncate text-sm text-ink-2">{face.subtitle}</span>}
        </h2>
      )}
      <Menu>
        <MenuTrigger asChild>
          <IconButton label="More for this node">
            <Ellipsis aria-hidden />
          </IconButton>
        </MenuTrigger>
        <MenuContent>
          <MenuItem icon={<Pencil />} onSelect={() => setRenaming(true)}>
            Rename
          </MenuItem>
          <MenuItem icon={<StickyNote />} onSelect={() => actions.setNote(node.id, node.note ?? "")}>
            {node.note === undefined ? "Add a note" : "Keep the note"}
          </MenuItem>
          <MenuItem icon={node.disabled ? <Power /> : <PowerOff />} onSelect={() => actions.toggleDisabled([node.id])}>
            {node.disabled ? "Enable" : "Disable"}
          </MenuItem>
          {actions.canHandleErrors(node.id) ? (
            <MenuItem icon={<ShieldAlert />} onSelect={() => actions.addErrorHandler(node.id)}>
              {face.isTrigger ? "Add a route for all errors" : "Add error handler"}
            </MenuItem>
          ) : null}
          <MenuItem icon={<Copy />} shortcut={["Ctrl", "D"]} onSelect={() => actions.clone([node.id])}>
            Clone
          </MenuItem>
          <MenuItem icon={<Unplug />} onSelect={() => actions.disconnect(node.id)}>
            Disconnect
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon={<Trash2 />} tone="danger" shortcut={["Del"]} onSelect={() => actions.remove([node.id])}>
            Delete
          </MenuItem>
        </MenuContent>
      </Menu>
      <IconButton label="Close" shortcut={["Esc"]} onClick={onClose}>
        <X aria-hidden />
      </IconButton>
    </header>
  );
}

function RenameBox({ node, placeholder, onDone }: { node: DefinitionNode; placeholder: string; onDone: () => void }) {
  const { store } = useEditorServices();
  const [name, setName] = useState(node.name ?? "");
  const keep = () => {
    const next = name.trim() === "" ? undefined : name.trim();
    if (next !== node.name)
      store
        .getState()
        .edit({ label: "Rename", apply: (definition) => updateNode(definition, node.id, { name: next }) });
    onDone();
  };
  return (
    <form
      className="min-w-0 flex-1"
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <Input
        autoFocus
        aria-label="Name of the node"
        value={name}
        maxLength={200}
        placeholder={placeholder}
        className="h-7"
        onChange={(event) => setName(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          onDone();
        }}
      />
    </form>
  );
}

/** That the node has a newer version, and the way to it. */
function UpgradeNotice({ node }: { node: DefinitionNode }) {
  const { store } = useEditorServices();
  const catalog = useEditor((state) => state.catalog);
  const changes = upgradeChanges(catalog, node);
  if (changes === null) return null;
  return (
    <Notice
      tone="signal"
      icon={<CircleFadingArrowUp aria-hidden />}
      title="A newer version of this node is available"
      action={
        <Button size="sm" onClick={() => store.getState().setPanel({ kind: "upgrades", nodeIds: [node.id] })}>
          Upgrade
        </Button>
      }
    >
      {changes}
    </Notice>
  );
}

function PopoverBody({ node }: { node: DefinitionNode }) {
  const { store } = useEditorServices();
  const catalog = useEditor((state) => state.catalog);
  const allIssues = useEditor((state) => state.issues);
  const issues = useMemo(() => allIssues.filter((issue) => issue.nodeId === node.id), [allIssues, node.id]);
  const kind = catalog.getNodeKind(node.type, node.typeVersion);
  const fields = useMemo(() => (kind ? readForm(kind.node.input) : []), [kind]);
  const isAction = kind?.role === "action";
  const control = isAction ? kind.node.control : undefined;
  const general = issues.filter((issue) => !fields.some((field) => field.name === issue.field?.[0]) && !issue.edge);
  const setField = (field: string, value: JsonValue | undefined) =>
    store.getState().edit({
      label: `Change ${node.name ?? node.type}`,
      merge: `config:${node.id}:${field}`,
      apply: (definition) => setConfigField(definition, node.id, field, value),
    });
  const connectionTypes = kind?.node.connectionTypes ?? [];
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 py-4">
      {!kind ? (
        <Notice tone="bad" icon={<CircleAlert aria-hidden />} title="This node’s type is not installed">
          {node.type} is unknown to this server. Its settings are kept as they are.
        </Notice>
      ) : null}
      {general.map((issue) => (
        <Notice
          key={issue.code + issue.message}
          tone={issue.severity === "error" ? "bad" : "warn"}
          icon={<CircleAlert aria-hidden />}
          title={issue.message}
        >
          {issue.fix}
        </Notice>
      ))}
      {kind ? <p className="text-sm text-ink-2">{kind.node.description}</p> : null}
      <UpgradeNotice node={node} />
      {kind?.role === "trigger" && kind.node.kind === "webhook" ? <WebhookPanel /> : null}
      {kind?.role === "trigger" && kind.node.kind === "polling" ? <PollingPanel /> : null}
      {kind?.role === "trigger" && kind.node.kind === "schedule" ? <SchedulePanel node={node} /> : null}
      {control === "router" || control === "ifElse" ? <RouteList nodeId={node.id} /> : null}
      {kind && connectionTypes.length > 0 ? (
        <ConnectionField
          id={`node-${node.id}-connection`}
          manifest={kind.manifest}
          typeNames={connectionTypes}
          isRequired={kind.node.connectionRequired ?? false}
          value={node.connectionId}
          onChange={(connectionId) =>
            store.getState().edit({
              label: "Change the connection",
              apply: (definition) => updateNode(definition, node.id, { connectionId }),
            })
          }
        />
      ) : null}
      <SchemaForm
        fields={fields}
        config={node.config}
        issues={issues}
        idPrefix={`node-${node.id}`}
        onChange={setField}
        groupParts={
          kind?.role === "trigger" && kind.node.kind === "webhook"
            ? { Security: { badge: <RefusedCount />, content: <WebhookSecurity node={node} onChange={setField} /> } }
            : {}
        }
      />
      {isAction && control === undefined && kind.node.effect !== "pure" ? (
        <ErrorSettings node={node} effect={kind.node.effect} />
      ) : null}
      {control === "call" ? <ErrorSettings node={node} effect="call" /> : null}
      <HideDataSwitch node={node} />
      {node.note !== undefined ? <NoteField node={node} /> : null}
    </div>
  );
}
