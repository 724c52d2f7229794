import { Switch } from "@patchbay/ui";
import type { DefinitionNode } from "@patchbay/core";
import { useEditorServices } from "../EditorContext.tsx";
import { updateNode } from "../store/commands.ts";

/** Whether what the node takes in and gives out is kept in the logs of runs. */
export function HideDataSwitch({ node }: { node: DefinitionNode }) {
  const { store } = useEditorServices();
  return (
    <label className="flex items-start gap-3 text-sm">
      <Switch
        label="Do not log this node’s data"
        checked={node.hideData ?? false}
        onCheckedChange={(isHidden) =>
          store.getState().edit({
            label: isHidden ? "Hide the node's data" : "Log the node's data",
            apply: (definition) => updateNode(definition, node.id, { hideData: isHidden ? true : undefined }),
          })
        }
      />
      <span>
        <span className="block font-medium text-ink">Do not log this node’s data</span>
        <span className="block text-xs text-ink-3">
          Runs keep neither its input nor its output. What other nodes take from it is logged there, unless the
          scenario’s settings name the field as sensitive.
        </span>
      </span>
    </label>
  );
}
