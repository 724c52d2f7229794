import { manifestCatalog } from "@patchbay/catalog/manifests";
import { definitionSchema, type Definition, type Issue } from "@patchbay/core";
import { compilePlan, type CompiledPlan, type Plan } from "@patchbay/engine";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../functions.ts";
import { compileRules, type Rules } from "./privacy/rules.ts";
import { loadPinnedDefinition } from "../versions/resolve.ts";

const MAX_PLANS = 500;

/**
 * Compiled plans by definition key. Equal keys mean equal definitions and a plan is never changed, so what one transaction
 * compiled serves all that follow in the same process; when it is full, the plan that was added first makes room.
 */
const plans = new Map<string, CompiledPlan>();

/** The plan of a definition, compiled once per key. */
export function planOf(args: { definitionKey: string; definition: string }): CompiledPlan {
  const known = plans.get(args.definitionKey);
  if (known) return known;
  const compiled = compile(args.definition);
  if (plans.size >= MAX_PLANS) {
    const [oldest] = plans.keys();
    if (oldest !== undefined) plans.delete(oldest);
  }
  plans.set(args.definitionKey, compiled);
  return compiled;
}

function compile(text: string): CompiledPlan {
  const parsed = definitionSchema.safeParse(JSON.parse(text));
  if (parsed.success) return withRules(compilePlan(parsed.data, manifestCatalog), parsed.data);
  const issues: Issue[] = parsed.error.issues.map(({ message, path }) => ({
    code: "malformed",
    severity: "error",
    message: `${path.join(".")}: ${message}`,
  }));
  return { ok: false, issues };
}

/** What plans hide, beside them: the engine knows nothing of it. */
const rulesByPlan = new WeakMap<Plan, Rules>();

function withRules(compiled: CompiledPlan, definition: Definition): CompiledPlan {
  const rules = compiled.ok ? compileRules(definition) : null;
  if (compiled.ok && rules) rulesByPlan.set(compiled.plan, rules);
  return compiled;
}

/** What of the runs' data must not be stored readably; null where nothing is to be hidden. */
export const rulesOf = (plan: Plan): Rules | null => rulesByPlan.get(plan) ?? null;

type Pinned = Pick<Doc<"runs">, "definitionKey" | "definitionId" | "snapshotId">;

/** The plan that a run is pinned to. Throws when it cannot be executed any more (an integration was removed, say). */
export async function loadPlan(ctx: QueryCtx, run: Pinned): Promise<Plan> {
  let compiled = plans.get(run.definitionKey);
  if (!compiled) {
    const definition = await loadDefinition(ctx, run);
    if (definition === null) throw new Error("The definition that this run is pinned to is gone.");
    compiled = planOf({ definitionKey: run.definitionKey, definition });
  }
  if (compiled.ok) return compiled.plan;
  throw new Error(compiled.issues.map((issue) => issue.message).join(" "));
}

/** As `loadPlan`, or null where the plan cannot be compiled any more. */
export async function getPlan(ctx: QueryCtx, run: Pinned): Promise<Plan | null> {
  try {
    return await loadPlan(ctx, run);
  } catch {
    return null;
  }
}

/** The text of the definition that a run is pinned to, or null if it is gone. */
export async function loadDefinition(ctx: QueryCtx, run: Omit<Pinned, "definitionKey">): Promise<string | null> {
  if (run.definitionId !== undefined) return await loadPinnedDefinition(ctx, run.definitionId);
  if (run.snapshotId === undefined) return null;
  return (await ctx.db.get("runSnapshots", run.snapshotId))?.definition ?? null;
}
