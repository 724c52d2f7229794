import { parseTemplate, type JsonValue, type NodeConfig } from "@patchbay/core";
import type { z } from "zod";
import { errors } from "../errors.ts";
import { toInputSchema, toOutputSchema } from "../jsonSchema.ts";
import { parseInput } from "../parseInput.ts";
import type { Action, ActionRuntime, ActionUpgrade } from "./action.ts";

/** What an upgrade may ask of the values it carries over. */
export interface UpgradeKit {
  /**
   * What a value of the config is. `formula`: exactly one, with `text` between its braces; `mixed`: text with formulas in it;
   * `literal`: anything else. What a run has evaluated is always literal, whatever braces it holds.
   */
  look: (value: JsonValue | undefined) => { kind: "literal" } | { kind: "formula"; text: string } | { kind: "mixed" };
  /** Gives up, with what a person has to do by hand instead. */
  refuse: (reason: string) => never;
}

export interface UpgradeFixture {
  before: NodeConfig;
  /** The reason where the upgrade refuses. */
  after: NodeConfig | { refused: string };
}

export interface PreviousSpec<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>> {
  /** Where the action had another name, or was another action, before. */
  name?: string;
  label?: string;
  typeVersion: number;
  /** The form as it was: it stays, for the versions of scenarios that use it. */
  input: Input;
  /** What is different in the next typeVersion, for a person: one or two sentences. */
  changes: string;
  /**
   * A config of this typeVersion as one of the next. Pure; may be given whatever a form lets through, half-filled ones too. Runs are
   * performed through it as well, with evaluated values.
   */
  upgrade: (config: NodeConfig, kit: UpgradeKit) => NodeConfig;
  /** Real configs before and after, refused ones among them; checked by `checkManifest`. */
  fixtures: readonly UpgradeFixture[];
  /** Where the next typeVersion's output is not this one's: its schema, and how it is made from that. */
  output?: {
    schema: Output;
    sample: NoInfer<z.output<Output>>;
    from: (output: JsonValue) => NoInfer<z.output<Output>>;
  };
}

class Refused extends Error {}

const refuse = (reason: string): never => {
  throw new Refused(reason);
};

const evaluated: UpgradeKit = { look: () => ({ kind: "literal" }), refuse };
const unevaluated: UpgradeKit = { look, refuse };

function look(value: JsonValue | undefined): ReturnType<UpgradeKit["look"]> {
  if (typeof value !== "string" || !value.includes("{{")) return { kind: "literal" };
  const { parts } = parseTemplate(value);
  const [only] = parts;
  if (parts.every((part) => part.type === "text")) return { kind: "literal" };
  const isOne = parts.length === 1 && only && value.startsWith("{{") && value.endsWith("}}");
  return isOne ? { kind: "formula", text: value.slice(2, -2).trim() } : { kind: "mixed" };
}

/**
 * An action's typeVersion before `next`. It has its own form and no code: a run brings its input to the next typeVersion and
 * performs that.
 */
export function definePrevious<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>>(
  next: Action,
  spec: PreviousSpec<Input, Output>,
): Action {
  const { manifest } = next;
  const { output: ownOutput, typeVersion } = spec;
  const input = toInputSchema(spec.input);
  const upgrade: ActionUpgrade = {
    to: { name: manifest.name, typeVersion: manifest.typeVersion },
    changes: spec.changes,
    fixtures: spec.fixtures,
    upgrade: (config) => {
      try {
        return { ok: true, config: spec.upgrade(config, unevaluated) };
      } catch (thrown) {
        if (thrown instanceof Refused) return { ok: false, reason: thrown.message };
        throw thrown;
      }
    },
  };
  const toNext = (given: unknown): unknown =>
    spec.upgrade(parseInput(spec.input, input, given) as NodeConfig, evaluatedFor(manifest.label));
  return {
    manifest: {
      ...manifest,
      name: spec.name ?? manifest.name,
      label: spec.label ?? manifest.label,
      typeVersion,
      input,
      ...(ownOutput && { output: toOutputSchema(ownOutput.schema), sampleOutput: ownOutput.sample }),
      upgrade: { name: manifest.name, typeVersion: manifest.typeVersion, changes: spec.changes },
    },
    runtime: performedBy(next.runtime, toNext, ownOutput?.from ?? ((output) => output)),
    upgrade,
  };
}

/** An evaluated value that cannot be carried over is a wrong input of the operation. */
const evaluatedFor = (label: string): UpgradeKit => ({
  ...evaluated,
  refuse: (reason) => {
    throw errors.invalid(`${label}: ${reason}`, { notPerformed: true });
  },
});

function performedBy(
  next: ActionRuntime,
  toNext: (input: unknown) => unknown,
  outputOf: (output: JsonValue) => JsonValue,
): ActionRuntime {
  const { run, runPure } = next;
  return {
    ...next,
    parseInput: (input) => next.parseInput(toNext(input)),
    ...(runPure && { runPure: (input: unknown) => outputOf(runPure(toNext(input))) }),
    ...(run && {
      run: async (input: unknown, context: Parameters<typeof run>[1]) => outputOf(await run(toNext(input), context)),
    }),
  };
}
