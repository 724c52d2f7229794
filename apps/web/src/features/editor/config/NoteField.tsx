import { Button, Field, Textarea } from "@patchbay/ui";
import type { DefinitionNode } from "@patchbay/core";
import { useEditorServices } from "../EditorContext.tsx";
import { updateNode } from "../store/commands.ts";

/** What people want to remember about a node; shown as an icon below it. */
export function NoteField({ node }: { node: DefinitionNode }) {
  const { store } = useEditorServices();
  const set = (note: string | undefined) =>
    store.getState().edit({
      label: "Change the note",
      merge: `note:${node.id}`,
      apply: (definition) => updateNode(definition, node.id, { note }),
    });
  const id = `node-${node.id}-note`;
  return (
    <Field
      label="Note"
      htmlFor={id}
      aside={
        <Button variant="quiet" size="sm" className="h-5 px-1 text-xs" onClick={() => set(undefined)}>
          Remove
        </Button>
      }
    >
      <Textarea
        id={id}
        rows={3}
        maxLength={10_000}
        value={node.note ?? ""}
        onChange={(event) => set(event.target.value)}
      />
    </Field>
  );
}
