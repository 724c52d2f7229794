/** Runs of one node of the draft alone, through the same path as any run: its connection, limits, retries and redaction. */
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { upstreamNodes, type Definition, type Issue, type JsonValue } from "@patchbay/core";
import type { Id } from "../_generated/dataModel.d.ts";
import type { OrgMutationCtx } from "../functions.ts";
import { maxBodyBytes } from "../lib/env.ts";
import { appError, notFound } from "../lib/errors.ts";
import { readJson } from "../lib/json.ts";
import { requireEditableScenario } from "../scenarios/access.ts";
import { parseStored, publishErrors } from "../scenarios/definition.ts";
import { startAudited, type StartResult } from "./model.ts";
import { exceedsBytes } from "./payloads.ts";
import { findLastOutputs } from "./samples.ts";
import { resolvePin, type StartRequest } from "./start.ts";

/**
 * Executes one node of the draft and nothing else: a write is really done. `bundles` is the JSON text of an object with what
 * nodes before it have emitted, by their ids; for those it leaves out, their newest output counts. Throws `malformed` or
 * `too_large` for `bundles`, `not_found` for scenario and node, `conflict` for triggers and deleted scenarios.
 */
export async function runNode(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; nodeId: number; bundles: string },
): Promise<StartResult> {
  const scenario = await requireEditableScenario(ctx, args);
  const pin = await resolvePin(ctx, { scenario, source: { kind: "draft" } });
  if (pin === null) throw notFound("draft");
  const definition = parseStored(pin.definition);
  requireRunnable(definition, args.nodeId);
  const issues = issuesOf(definition, args.nodeId);
  if (issues.length > 0) return { kind: "invalid", issues };
  const given = readBundles(args.bundles);
  const text = JSON.stringify(await completeBundles(ctx, { scenarioId: scenario._id, definition, args, given }));
  const payload = { kind: "text" as const, text };
  const request: StartRequest = { scenario, pin, trigger: "node", payload, onlyNode: args.nodeId };
  return await startAudited(ctx, request, "run.nodeStarted");
}

function requireRunnable(definition: Definition, nodeId: number): void {
  const node = definition.nodes.find(({ id }) => id === nodeId);
  if (!node) throw notFound("node");
  const kind = manifestCatalog.getNodeKind(node.type, node.typeVersion);
  if (kind?.role === "trigger") {
    throw appError("conflict", "A trigger cannot be run by itself. Use Run once, and give it a payload.");
  }
}

/** What is wrong with the node itself; the rest of the draft may be half-finished. */
function issuesOf(definition: Definition, nodeId: number): Issue[] {
  return publishErrors(definition).filter((issue) => issue.nodeId === nodeId || issue.code === "unknown_type");
}

function readBundles(text: string): Record<string, JsonValue> {
  if (exceedsBytes(text, maxBodyBytes())) throw appError("too_large", "The bundles are too large.");
  const read = readJson(text);
  if (!read.ok) throw appError("malformed", `The bundles: the text ${read.fault}.`);
  if (typeof read.value !== "object" || read.value === null || Array.isArray(read.value)) {
    throw appError("malformed", 'The bundles must be a JSON object by node id: { "1": { ... } }.');
  }
  return read.value as Record<string, JsonValue>;
}

async function completeBundles(
  ctx: OrgMutationCtx,
  args: {
    scenarioId: Id<"scenarios">;
    definition: Definition;
    args: { nodeId: number };
    given: Record<string, JsonValue>;
  },
): Promise<Record<string, JsonValue>> {
  const { definition, given } = args;
  const readable = upstreamNodes(definition, args.args.nodeId, manifestCatalog);
  const unknown = Object.keys(given).find((id) => !readable.includes(Number(id)));
  if (unknown !== undefined) {
    throw appError("malformed", `The bundles name node ${unknown}, which node ${args.args.nodeId} cannot read.`);
  }
  const isComplete = readable.every((id) => Object.hasOwn(given, id));
  const last = isComplete ? null : await findLastOutputs(ctx, args.scenarioId);
  return Object.fromEntries(
    readable.flatMap((id) => {
      const bundle = Object.hasOwn(given, id) ? given[id] : last?.get(id);
      return bundle === undefined ? [] : [[String(id), bundle]];
    }),
  );
}
