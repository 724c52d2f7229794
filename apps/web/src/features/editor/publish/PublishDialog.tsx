import { Badge, Button, Dialog, Field, Input, Notice, Skeleton, Textarea, useToast } from "@patchbay/ui";
import { breakingChanges, diffDefinitions, isLayoutOnly, summarizeDiff } from "@patchbay/core";
import type { Definition } from "@patchbay/core";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { useMemo, useState } from "react";
import { messageOf } from "@/lib/errors.ts";
import type { ScenarioInfo } from "../backend/types.ts";
import { nodeTitle } from "../canvas/nodeFace.ts";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { parseStored } from "../saving/useDraftSaving.ts";

export interface PublishDialogProps {
  scenario: ScenarioInfo;
  onClose: () => void;
}

/** Makes the draft the live version: what changes, what stands in the way, and what it shall be called. */
export function PublishDialog({ scenario, onClose }: PublishDialogProps) {
  const { store } = useEditorServices();
  const { publish, isPublishing } = usePublish(scenario, onClose);
  const [label, setLabel] = useState("");
  const [note, setNote] = useState("");
  const errors = useEditor((state) => state.issues.filter((issue) => issue.severity === "error").length);
  const warnings = useEditor((state) => state.issues.filter((issue) => issue.severity === "warning").length);
  const showIssues = () => {
    store.getState().setPanel({ kind: "issues" });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Publish version ${scenario.nextVersion}`}
      description={
        scenario.publishedVersion === null
          ? "The first version also switches the scenario on."
          : `It takes over from version ${scenario.publishedVersion} at once. Runs that have begun finish on theirs.`
      }
      onSubmit={() => void publish({ label, note })}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={isPublishing} disabled={errors > 0}>
            Publish v{scenario.nextVersion}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {errors > 0 ? (
          <Notice
            tone="bad"
            icon={<CircleAlert aria-hidden />}
            title={errors === 1 ? "One error stands in the way" : `${errors} errors stand in the way`}
            action={
              <Button size="sm" onClick={showIssues}>
                Show
              </Button>
            }
          >
            A version must be able to run. The draft is saved as it is.
          </Notice>
        ) : warnings > 0 ? (
          <Notice
            tone="warn"
            icon={<TriangleAlert aria-hidden />}
            title={warnings === 1 ? "There is a warning" : `There are ${warnings} warnings`}
            action={
              <Button size="sm" onClick={showIssues}>
                Show
              </Button>
            }
          >
            It can be published nevertheless.
          </Notice>
        ) : null}
        <ChangeSummary scenario={scenario} />
        <Field label="Label" htmlFor="publish-label" hint="A few words to recognise it by.">
          <Input
            id="publish-label"
            value={label}
            maxLength={100}
            autoFocus
            placeholder="Stock check added"
            onChange={(event) => setLabel(event.target.value)}
          />
        </Field>
        <Field label="Note" htmlFor="publish-note">
          <Textarea
            id="publish-note"
            value={note}
            maxLength={10_000}
            rows={3}
            placeholder="Why, and what to watch"
            onChange={(event) => setNote(event.target.value)}
          />
        </Field>
      </div>
    </Dialog>
  );
}

function usePublish(scenario: ScenarioInfo, onDone: () => void) {
  const { store, saver, backend } = useEditorServices();
  const toast = useToast();
  const [isPublishing, setPublishing] = useState(false);
  const publish = async ({ label, note }: { label: string; note: string }) => {
    setPublishing(true);
    try {
      const draftRevision = await saver.flush();
      if (draftRevision === null) {
        toast({ title: "Not published", description: "The draft is not saved yet. Nothing was changed.", tone: "bad" });
        return;
      }
      const result = await backend.publish({
        draftRevision,
        ...(label.trim() ? { label: label.trim() } : {}),
        ...(note.trim() ? { note: note.trim() } : {}),
      });
      if (result.kind === "ok") {
        toast({ title: `Version ${result.number} is live`, tone: "ok" });
        onDone();
      } else if (result.kind === "invalid") {
        store.getState().setPanel({ kind: "issues" });
        toast({ title: "Not published", description: result.issues[0]?.message, tone: "bad" });
        onDone();
      } else toast({ title: "Not published", description: refusals[result.kind](scenario), tone: "bad" });
    } catch (error) {
      toast({ title: "Not published", description: messageOf(error), tone: "bad" });
    } finally {
      setPublishing(false);
    }
  };
  return { publish, isPublishing };
}

const refusals = {
  unchanged: (scenario: ScenarioInfo) =>
    `This draft is the same as version ${scenario.publishedVersion ?? ""}. There is nothing to publish.`,
  conflict: () => "Someone changed the draft a moment ago. Look at it, then publish again.",
  version_limit: () => "This scenario has as many versions as it may have. Archive old ones first.",
};

/** What the draft changes against the live version, as counts and a list of nodes. */
function ChangeSummary({ scenario }: { scenario: ScenarioInfo }) {
  const { backend, catalog } = useEditorServices();
  const definition = useEditor((state) => state.definition);
  const published = backend.usePublishedDefinition(scenario.publishedVersion);
  const changes = useMemo(
    () => (published ? compare(parseStored(published), definition) : null),
    [published, definition],
  );
  const connections = backend.useConnections();
  const breaking = useMemo(
    () =>
      changes
        ? breakingChanges(changes.before, definition, {
            catalog,
            connectionTypeOf: (id) => connections?.find((connection) => connection.id === id)?.type,
          })
        : [],
    [changes, definition, catalog, connections],
  );
  if (published === undefined) return <Skeleton className="h-5 w-64" />;
  if (!changes) {
    const count = definition.nodes.length;
    return (
      <p className="text-sm text-ink-2">{count === 1 ? "1 node" : `${count} nodes`}, nothing was published before.</p>
    );
  }
  const title = (id: number) => {
    const node = definition.nodes.find((each) => each.id === id) ?? changes.before.nodes.find((each) => each.id === id);
    return node ? `${id} ${nodeTitle(catalog, node)}` : String(id);
  };
  const { summary, diff } = changes;
  const rows = [
    ...diff.nodes.added.map((node) => ({ id: node.id, tone: "ok" as const, word: "added" })),
    ...diff.nodes.removed.map((node) => ({ id: node.id, tone: "bad" as const, word: "removed" })),
    ...diff.nodes.changed
      .filter((change) => !change.layoutOnly)
      .map((change) => ({ id: change.id, tone: "warn" as const, word: "changed" })),
  ];
  return (
    <section aria-label="Changes" className="overflow-hidden rounded-control border border-line-2">
      <p className="flex items-center gap-2 border-b border-line bg-sunken px-3 py-2 text-sm font-medium text-ink">
        <Info aria-hidden className="size-4 text-ink-2" />
        {summary.text}
        {changes.isLayoutOnly ? <span className="font-normal text-ink-2">only the drawing changed</span> : null}
      </p>
      {breaking.length > 0 ? (
        <ul
          aria-label="Breaking changes"
          className="max-h-40 overflow-y-auto border-b border-line bg-warn-tint px-3 py-2"
        >
          {breaking.map(({ code, nodeId, message }) => (
            <li key={`${code} ${nodeId} ${message}`} className="flex items-start gap-2 text-sm text-ink">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
              {message}
            </li>
          ))}
        </ul>
      ) : null}
      {rows.length > 0 ? (
        <ul className="max-h-40 divide-y divide-line overflow-y-auto">
          {rows.map((row) => (
            <li key={row.id} className="flex items-center gap-2 px-3 py-1.5 text-sm">
              <span className="min-w-0 flex-1 truncate text-ink">{title(row.id)}</span>
              <Badge tone={row.tone}>{row.word}</Badge>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function compare(before: Definition, after: Definition) {
  const diff = diffDefinitions(before, after);
  return { before, diff, summary: summarizeDiff(diff), isLayoutOnly: isLayoutOnly(diff) };
}
