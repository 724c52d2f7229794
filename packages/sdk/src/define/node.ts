import type { JsonValue } from "@patchbay/core";
import type { z } from "zod";
import { toInputSchema, toOutputSchema } from "../jsonSchema.ts";

/** What actions, controls and triggers have in common. */
export interface NodeSpec<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>> {
  /** Without the integration's prefix: `"request"` of `"http.request"`. */
  name: string;
  label: string;
  description: string;
  /** A lucide icon name; the integration's own where absent. */
  icon?: string;
  typeVersion: number;
  input: Input;
  output?: Output;
  /** An output as it might come back, for the value picker before the first run. */
  sampleOutput?: NoInfer<z.output<Output>>;
  /** Names of this integration's connection types that the node may use. */
  connectionTypes?: readonly string[];
  connectionRequired?: boolean;
  /** The config of a newly placed node, where that should differ from the defaults that older nodes live by. */
  initialConfig?: Record<string, JsonValue>;
}

/** The part of a node's manifest that `NodeSpec` gives. */
export function describeNode(spec: NodeSpec<z.ZodObject, z.ZodType<JsonValue>>) {
  return {
    name: spec.name,
    label: spec.label,
    description: spec.description,
    typeVersion: spec.typeVersion,
    input: toInputSchema(spec.input),
    ...(spec.icon !== undefined && { icon: spec.icon }),
    ...(spec.output !== undefined && { output: toOutputSchema(spec.output) }),
    ...(spec.sampleOutput !== undefined && { sampleOutput: spec.sampleOutput }),
    ...(spec.connectionTypes !== undefined && { connectionTypes: [...spec.connectionTypes] }),
    ...(spec.connectionRequired !== undefined && { connectionRequired: spec.connectionRequired }),
    ...(spec.initialConfig !== undefined && { initialConfig: spec.initialConfig }),
  };
}
