import { Button, Field, Input, Select } from "@patchbay/ui";
import type { DefinitionNode, Effect } from "@patchbay/core";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { useEditorServices } from "../EditorContext.tsx";
import { updateNode } from "../store/commands.ts";

/** What holds where a node says nothing (design 02, Errors). */
const defaults = { attempts: 3, initialDelayMs: 1_000, maxDelayMs: 30_000, timeoutMs: 30_000 };

type ErrorHandling = NonNullable<DefinitionNode["errorHandling"]>;

/**
 * How often a node is tried, how long it may take, and what happens when the result of a write is lost. A call of another scenario
 * is made once where nothing is said, and takes as long as it takes.
 */
export function ErrorSettings({ node, effect }: { node: DefinitionNode; effect: Effect | "call" }) {
  const isCall = effect === "call";
  const { store } = useEditorServices();
  const [isOpen, setOpen] = useState(node.errorHandling !== undefined);
  const handling = node.errorHandling ?? {};
  const retry = handling.retry ?? {
    attempts: isCall ? 1 : defaults.attempts,
    initialDelayMs: defaults.initialDelayMs,
    maxDelayMs: defaults.maxDelayMs,
  };
  const set = (patch: ErrorHandling) =>
    store.getState().edit({
      label: "Change retries",
      merge: `errors:${node.id}`,
      apply: (definition) => updateNode(definition, node.id, { errorHandling: { ...handling, ...patch } }),
    });
  return (
    <div className="flex flex-col gap-4">
      <Button
        variant="quiet"
        size="sm"
        className="-ml-2.5 self-start"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <RotateCcw aria-hidden />
        {isCall ? "Calls after a failure" : "Retries and timeout"}
      </Button>
      {isOpen ? (
        <div className="grid grid-cols-3 gap-3 border-l border-line-2 pl-3">
          <NumberBox
            id={`node-${node.id}-attempts`}
            label="Attempts"
            value={retry.attempts}
            min={1}
            max={10}
            onChange={(attempts) => set({ retry: { ...retry, attempts } })}
          />
          <NumberBox
            id={`node-${node.id}-pause`}
            label="First pause, s"
            value={retry.initialDelayMs / 1_000}
            min={0}
            max={3_600}
            onChange={(seconds) => {
              const initialDelayMs = Math.round(seconds * 1_000);
              set({ retry: { ...retry, initialDelayMs, maxDelayMs: Math.max(retry.maxDelayMs, initialDelayMs) } });
            }}
          />
          {isCall ? null : (
            <NumberBox
              id={`node-${node.id}-timeout`}
              label="Timeout, s"
              value={(handling.timeoutMs ?? defaults.timeoutMs) / 1_000}
              min={1}
              max={300}
              onChange={(seconds) => set({ timeoutMs: Math.round(seconds * 1_000) })}
            />
          )}
          {node.connectionId === undefined ? null : (
            <div className="col-span-3">
              <Field label="While its connection is paused" htmlFor={`node-${node.id}-unavailable`}>
                <Select
                  id={`node-${node.id}-unavailable`}
                  aria-label="While its connection is paused"
                  value={handling.whenUnavailable ?? "wait"}
                  onValueChange={(whenUnavailable) => set({ whenUnavailable })}
                  options={[
                    {
                      value: "wait",
                      label: "Wait for the service",
                      description: "The run goes on when it answers again.",
                    },
                    { value: "fail", label: "Fail at once", description: "The error route takes over." },
                  ]}
                />
              </Field>
            </div>
          )}
          {effect === "write" ? (
            <div className="col-span-3">
              <Field label="When the result was lost" htmlFor={`node-${node.id}-unknown`}>
                <Select
                  id={`node-${node.id}-unknown`}
                  aria-label="When the result was lost"
                  value={handling.whenUnknown ?? "ask"}
                  onValueChange={(whenUnknown) => set({ whenUnknown })}
                  options={[
                    { value: "ask", label: "Stop and ask", description: "Nothing happens twice." },
                    { value: "repeat", label: "Do it again", description: "It may happen twice." },
                  ]}
                />
              </Field>
            </div>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

interface NumberBoxProps {
  id: string;
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

/** A number within bounds; what is out of them is not taken and marked. */
function NumberBox({ id, label, value, min, max, onChange }: NumberBoxProps) {
  const [text, setText] = useState(String(value));
  const isValid = (candidate: string) =>
    candidate.trim() !== "" && Number(candidate) >= min && Number(candidate) <= max;
  return (
    <Field label={label} htmlFor={id}>
      <Input
        id={id}
        type="number"
        min={min}
        max={max}
        value={text}
        invalid={!isValid(text)}
        onChange={(event) => {
          setText(event.target.value);
          if (isValid(event.target.value)) onChange(Number(event.target.value));
        }}
      />
    </Field>
  );
}
