import type { JsonValue, TriggerManifest } from "@patchbay/core";
import type { z } from "zod";
import { describeNode, type NodeSpec } from "./node.ts";

export interface TriggerSpec<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>> extends NodeSpec<
  Input,
  Output
> {
  /** What starts a run: a request to the scenario's URL, the clock, a poll of the service, or a person. */
  kind: TriggerManifest["kind"];
}

export interface Trigger {
  manifest: TriggerManifest;
}

/** Defines what can start a run. */
export function defineTrigger<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>>(
  spec: TriggerSpec<Input, Output>,
): Trigger {
  return { manifest: { ...describeNode(spec), kind: spec.kind } };
}
