import type { Doc } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { open, sealDerived } from "../lib/crypto.ts";
import { readEnv } from "../lib/env.ts";
import { badKeyring, readKeyring } from "../lib/keyring.ts";
import { touch } from "../lib/time.ts";
import { checkAuthKeys } from "./authKeys.ts";

const CANARY = "patchbay";
const canaryPlace = { organizationId: "deployment", owner: "deployment", field: "canary" };

/**
 * Notes that all parts of a start are ready, after checking the secrets: that sessions can be signed, and that the keyring
 * opens what this deployment has stored. Throws `misconfigured`, naming the variable.
 */
export async function markReady(ctx: MutationCtx, args: { startId: string }): Promise<void> {
  await checkAuthKeys();
  const keyringCanary = await checkKeyring(ctx);
  const deployment = await getDeployment(ctx);
  const fields = { readyStartId: args.startId, keyringCanary, ...touch() };
  if (deployment === null) await ctx.db.insert("deployments", fields);
  else await ctx.db.patch("deployments", deployment._id, fields);
}

/**
 * Checks the keyring against a known text that was encrypted at the first start, and returns that text as it is to be
 * stored.
 */
async function checkKeyring(ctx: MutationCtx): Promise<string> {
  const keyring = readKeyring();
  const stored = (await getDeployment(ctx))?.keyringCanary;
  if (stored === undefined) return await sealDerived(keyring, canaryPlace, CANARY);
  if ((await open(keyring, canaryPlace, stored)) === CANARY) return stored;
  throw badKeyring("does not open what this deployment has stored");
}

/** Whether everything of this start is ready to serve. Without `PATCHBAY_START_ID` (Convex Cloud) there is only one start. */
export async function isReady(ctx: QueryCtx): Promise<boolean> {
  const startId = readEnv("PATCHBAY_START_ID");
  if (startId === undefined) return true;
  return (await getDeployment(ctx))?.readyStartId === startId;
}

async function getDeployment(ctx: QueryCtx): Promise<Doc<"deployments"> | null> {
  return await ctx.db.query("deployments").first();
}
