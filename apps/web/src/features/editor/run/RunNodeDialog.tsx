import { Button, Dialog, Field, Notice, Textarea } from "@patchbay/ui";
import type { DefinitionNode, Effect } from "@patchbay/core";
import { Play, Send } from "lucide-react";
import { useMemo, useState } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { collectSamples } from "../mapping/samples.ts";
import { effectOf, inputsOf, readInputs, type NodeInput } from "./nodeInputs.ts";
import { useRunNode } from "./useRunNode.ts";

/** Asks for what the nodes before it have emitted, and runs the one node with that. */
export function RunNodeDialog({ node, title, onClose }: { node: DefinitionNode; title: string; onClose: () => void }) {
  const { catalog } = useEditorServices();
  const [inputs, setInput] = useNodeInputs(node);
  const { isStarting, runNode } = useRunNode();
  const read = useMemo(() => readInputs(inputs), [inputs]);
  const run = async () => {
    if (read.ok && (await runNode(node.id, read.bundles))) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Run “${title}” alone`}
      description="No other node runs. What comes back is shown at the node and can be mapped."
      onSubmit={() => void run()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="run" pending={isStarting} disabled={!read.ok}>
            <Play aria-hidden />
            Run this node
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <EffectNotice effect={effectOf(node, catalog)} />
        {inputs.length === 0 ? <p className="text-sm text-ink-2">It reads nothing from other nodes.</p> : null}
        {inputs.map((input) => (
          <BundleField
            key={input.nodeId}
            input={input}
            problem={read.ok ? undefined : read.problems.get(input.nodeId)}
            onChange={(json) => setInput(input.nodeId, json)}
          />
        ))}
      </div>
    </Dialog>
  );
}

/** The samples as they are when the dialog opens, and what a person makes of them. */
function useNodeInputs(node: DefinitionNode): [NodeInput[], (nodeId: number, json: string) => void] {
  const { backend, catalog } = useEditorServices();
  const definition = useEditor((state) => state.definition);
  const rows = backend.useSamples();
  const listening = backend.useListening();
  const [typed, setTyped] = useState<ReadonlyMap<number, string>>(new Map());
  const inputs = useMemo(() => {
    const samples = collectSamples(definition, catalog, rows ?? [], listening);
    return inputsOf(definition, catalog, node.id, samples);
  }, [definition, catalog, rows, listening, node.id]);
  const shown = useMemo(
    () => inputs.map((input) => ({ ...input, json: typed.get(input.nodeId) ?? input.json })),
    [inputs, typed],
  );
  return [shown, (nodeId, json) => setTyped((before) => new Map(before).set(nodeId, json))];
}

function EffectNotice({ effect }: { effect: Effect | null }) {
  if (effect === "write" || effect === "idempotent") {
    return (
      <Notice tone="warn" icon={<Send aria-hidden />} title="This really sends">
        The service is called with the node’s connection, and what it does there is done. To try a scenario without
        that, use a dry run.
      </Notice>
    );
  }
  if (effect === "read") {
    return <p className="text-sm text-ink-2">The service is really asked; nothing is changed there.</p>;
  }
  return null;
}

interface BundleFieldProps {
  input: NodeInput;
  problem: string | undefined;
  onChange: (json: string) => void;
}

function BundleField({ input, problem, onChange }: BundleFieldProps) {
  const id = `bundle-${input.nodeId}`;
  const isRedacted = input.json.includes("[redacted]");
  return (
    <Field
      label={`${input.nodeId}. ${input.title}`}
      htmlFor={id}
      hint={isRedacted ? `${input.origin}. What is [redacted] was not kept: type it in.` : input.origin}
      error={problem}
    >
      <Textarea
        id={id}
        mono
        rows={Math.min(10, Math.max(3, input.json.split("\n").length))}
        spellCheck={false}
        value={input.json}
        invalid={problem !== undefined}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
