import type { JsonValue, TriggerManifest } from "@patchbay/core";
import { z } from "zod";
import type { ActionContext } from "../context.ts";
import { errors } from "../errors.ts";
import { field } from "../fields.ts";
import { parseInput } from "../parseInput.ts";
import { describeNode, type NodeSpec } from "./node.ts";

export interface TriggerSpec<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>> extends NodeSpec<
  Input,
  Output
> {
  /** What starts a run: a request to the scenario's URL, the clock, a poll of the service, or a person. */
  kind: Exclude<TriggerManifest["kind"], "polling">;
}

/** Something that a poll found. */
export interface PolledItem {
  /** Tells it from all others of the service, always the same: an item of a known id starts no second run. */
  id: string;
  /** What the run begins with. */
  data: JsonValue;
}

export interface PollResult {
  /** The oldest first; at most `MAX_POLLED_ITEMS`. Items of earlier polls may be among them. */
  items: PolledItem[];
  /** Where the next poll goes on; kept only once all these items are dealt with. */
  cursor: JsonValue;
  /** There are more items beyond the cursor: the next poll follows at once. */
  hasMore?: boolean;
}

/** More items than this at a time are for the next page. */
export const MAX_POLLED_ITEMS = 1_000;

export interface PollContext extends Omit<ActionContext, "idempotencyKey"> {
  /** As the last poll returned it; null at the first one. */
  cursor: JsonValue;
  /**
   * At the first poll: whether what is there already matters to anybody. Where it does not ("new"), a service that can say "from
   * now on" by its cursor need not list it.
   */
  wants: "new" | "all";
}

export interface PollingTriggerSpec<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>> extends NodeSpec<
  Input,
  Output
> {
  kind: "polling";
  /**
   * Asks the service what is new. May be called again with the same cursor, when what it returned was lost. Failures are thrown
   * as for actions; `auth` and `rateLimited` are understood.
   */
  poll(args: { config: z.output<Input>; context: PollContext }): Promise<PollResult>;
}

/** Polls one typeVersion of one trigger. */
export interface TriggerRuntime {
  /** Checks the config, polls, and checks what came back. Throws `IntegrationError`. */
  poll(config: unknown, context: PollContext): Promise<Required<PollResult>>;
}

export interface Trigger {
  manifest: TriggerManifest;
  /** Present exactly for polling triggers. */
  runtime?: TriggerRuntime;
}

/** Defines what can start a run. A polling trigger gets fields for how often and from where on, beside its own. */
export function defineTrigger<Input extends z.ZodObject, Output extends z.ZodType<JsonValue>>(
  spec: TriggerSpec<Input, Output> | PollingTriggerSpec<Input, Output>,
): Trigger {
  if (spec.kind !== "polling") return { manifest: { ...describeNode(spec), kind: spec.kind } };
  const node = describeNode({ ...spec, input: z.object({ ...spec.input.shape, ...pollingShape }) });
  const own = describeNode(spec);
  return {
    manifest: { ...node, kind: "polling" },
    runtime: {
      async poll(config, context) {
        const parsed = parseInput(spec.input, own.input, config);
        return checkResult(await spec.poll({ config: parsed, context }));
      },
    },
  };
}

function checkResult(result: PollResult): Required<PollResult> {
  if (result.items.length > MAX_POLLED_ITEMS) {
    throw errors.terminal(`A poll found ${result.items.length} items; ${MAX_POLLED_ITEMS} at a time can be taken.`);
  }
  const nameless = result.items.findIndex(({ id }) => typeof id !== "string" || id === "");
  if (nameless >= 0) throw errors.terminal(`Item ${nameless + 1} of the poll has no id.`);
  return { hasMore: false, ...result };
}

const polling = { literal: true, group: "Polling" } as const;

/** Read by core's `readPolling`. */
const pollingShape = {
  everyMinutes: z
    .number()
    .min(1)
    .max(43_200)
    .default(15)
    .meta(field({ label: "Every … minutes", control: "number", literal: true })),
  startFrom: z
    .enum(["now", "all", "after"])
    .default("now")
    .meta(
      field({
        ...polling,
        label: "Begin with",
        description: "What the first poll does with the items that are there already.",
        control: "select",
        enumLabels: ["What comes from now on", "Everything that is there", "What comes after an item"],
      }),
    ),
  startItem: z
    .string()
    .default("")
    .meta(
      field({
        ...polling,
        label: "Id of that item",
        control: "text",
        showWhen: { field: "startFrom", values: ["after"] },
      }),
    ),
  deliver: z
    .enum(["each", "batch"])
    .default("each")
    .meta(
      field({
        ...polling,
        label: "Runs",
        description: "A run for all gives them as `items`, with their `count`.",
        control: "select",
        enumLabels: ["One for each item", "One for all that a poll found"],
      }),
    ),
};
