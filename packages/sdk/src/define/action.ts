import type { ActionManifest, Control, Effect, JsonValue, NodeConfig, UpgradedConfig } from "@patchbay/core";
import type { z } from "zod";
import type { ActionContext } from "../context.ts";
import { parseInput } from "../parseInput.ts";
import { describeNode, type NodeSpec } from "./node.ts";

export interface EffectRule {
  /** A top-level field of the input. */
  field: string;
  /** Upper-case texts; the rule wins where the field has one of them. */
  values: readonly string[];
  effect: Exclude<Effect, "pure">;
}

/** Works on its input alone: synchronous, no I/O, run inside the engine's transaction. */
export interface PureActionSpec<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>> extends NodeSpec<
  Input,
  Output
> {
  effect: "pure";
  run(args: { input: z.output<Input> }): NoInfer<z.output<Output>>;
}

/** Reaches the world. `effect` says how often it may be performed when its result was lost. */
export interface EffectfulActionSpec<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>> extends NodeSpec<
  Input,
  Output
> {
  effect: "read" | "idempotent" | "write";
  effectRules?: readonly EffectRule[];
  run(args: { input: z.output<Input>; context: ActionContext }): Promise<NoInfer<z.output<Output>>>;
}

/** A node that the engine itself carries out (a router, a delay): the integration gives only its form. */
export interface ControlSpec<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>> extends NodeSpec<
  Input,
  Output
> {
  control: Control;
  /** Of the controls `aggregate` and `merge`: how bundles are collected. */
  collect?: CollectSpec<Input>;
}

/** How a node collects bundles. Pure; nothing here may change what it is given, or throw. */
export interface CollectSpec<Input extends z.ZodObject> {
  /** What is kept of one arriving bundle. */
  item(input: z.output<Input>): JsonValue;
  /** Folds many items into few that give the same result. */
  compact?(items: JsonValue[]): JsonValue[];
  /** The bundles to emit, from the items in the order in which they arrived. */
  finish(items: JsonValue[]): JsonValue[];
}

/** Executes one typeVersion of one action. Inputs are checked inside; failures are thrown as `IntegrationError`. */
export interface ActionRuntime {
  effect: Effect;
  control?: Control;
  /** The checked input with defaults filled in; throws `invalid`. */
  parseInput: (input: unknown) => Record<string, JsonValue>;
  /** Present exactly where `control` is `aggregate` or `merge`. */
  collector?: {
    item: (input: Record<string, JsonValue>) => JsonValue;
    compact?: (items: JsonValue[]) => JsonValue[];
    finish: (items: JsonValue[]) => JsonValue[];
  };
  /** Present exactly when `effect` is `pure` and there is no `control`. */
  runPure?: (input: unknown) => JsonValue;
  /** Present for every other effect. */
  run?: (input: unknown, context: ActionContext) => Promise<JsonValue>;
}

/** How a config of one typeVersion becomes one of the next; see `definePrevious`. */
export interface ActionUpgrade {
  /** An action of the same integration. */
  to: { name: string; typeVersion: number };
  changes: string;
  upgrade: (config: NodeConfig) => UpgradedConfig;
  fixtures: readonly { before: NodeConfig; after: NodeConfig | { refused: string } }[];
}

export interface Action {
  manifest: ActionManifest;
  runtime: ActionRuntime;
  /** Present where there is a newer typeVersion. */
  upgrade?: ActionUpgrade;
}

/** Defines an action; its types follow from the zod schemas. */
export function defineAction<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>>(
  spec: PureActionSpec<Input, Output>,
): Action;
export function defineAction<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>>(
  spec: EffectfulActionSpec<Input, Output>,
): Action;
export function defineAction<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>>(
  spec: PureActionSpec<Input, Output> | EffectfulActionSpec<Input, Output>,
): Action {
  const node = describeNode(spec);
  const parse = (input: unknown) => parseInput(spec.input, node.input, input);
  const manifest: ActionManifest = { ...node, effect: spec.effect };
  const runtime: ActionRuntime = { effect: spec.effect, parseInput: (input) => toRecord(parse(input)) };
  if (spec.effect === "pure") {
    runtime.runPure = (input) => spec.run({ input: parse(input) });
  } else {
    if (spec.effectRules) {
      manifest.effectRules = spec.effectRules.map((rule) => ({ ...rule, values: [...rule.values] }));
    }
    runtime.run = async (input, context) => spec.run({ input: parse(input), context });
  }
  return { manifest, runtime };
}

/** Defines a node that the engine carries out; `control` says how. */
export function defineControl<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>>(
  spec: ControlSpec<Input, Output>,
): Action {
  const node = describeNode(spec);
  const runtime: ActionRuntime = {
    effect: "pure",
    control: spec.control,
    parseInput: (input) => toRecord(parseInput(spec.input, node.input, input)),
  };
  const { collect } = spec;
  if (collect) {
    // The engine hands back what `parseInput` gave.
    const item = (input: Record<string, JsonValue>) => collect.item(input as z.output<Input>);
    runtime.collector = { ...collect, item };
  }
  return { manifest: { ...node, effect: "pure", control: spec.control }, runtime };
}

/** Schemas of inputs describe JSON objects; zod's own type is wider because of `unknown` fields. */
function toRecord(input: unknown): Record<string, JsonValue> {
  return input as Record<string, JsonValue>;
}
