/** Connections' credentials: sealed when they are stored, opened only where an operation is executed. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";
import { randomBytes, toHex } from "../lib/bytes.ts";
import { createDataKey, open, seal } from "../lib/crypto.ts";
import { getOwned } from "../lib/ids.ts";
import { readKeyring } from "../lib/keyring.ts";

/** What an action needs to open a connection; plain data, worthless without the keyring. */
export interface StoredSecrets {
  type: string;
  organizationId: Id<"organizations">;
  sealId: string;
  sealedValues: Doc<"connections">["sealedValues"];
}

/** With what an executor needs to know beside the secrets. */
export interface StoredConnection extends StoredSecrets {
  id: Id<"connections">;
  /** The connection wants no circuit breaker. */
  breakerOff: boolean;
}

/** Encrypts a connection's values under a data key of its own. Only in actions. */
export async function sealValues(args: {
  organizationId: Id<"organizations">;
  values: Record<string, string>;
}): Promise<Pick<StoredSecrets, "sealId" | "sealedValues">> {
  const sealId = toHex(randomBytes(16));
  const place = { organizationId: args.organizationId, owner: sealId };
  const dataKey = await createDataKey(readKeyring(), place);
  const sealedValues = await Promise.all(
    Object.entries(args.values).map(async ([field, value]) => ({
      field,
      envelope: await seal(dataKey, { ...place, field }, value),
    })),
  );
  return { sealId, sealedValues };
}

/**
 * A connection's sealed credentials for a run of the organization; null when it is missing or another organization's. To
 * be called for every execution: belonging is checked on every use.
 */
export async function getStoredSecrets(
  ctx: QueryCtx,
  args: { organizationId: Id<"organizations">; connectionId: string },
): Promise<StoredConnection | null> {
  const owner = { organizationId: args.organizationId, id: args.connectionId };
  const row = await getOwned(ctx, "connections", owner);
  if (row === null) return null;
  const { type, organizationId, sealId, sealedValues } = row;
  const breakerOff = row.breaker?.failures === 0;
  return { id: row._id, type, organizationId, sealId, sealedValues, breakerOff };
}

/** Decrypts a connection for one operation. Throws `misconfigured` when the keyring does not open it. */
export async function openSecrets(stored: StoredSecrets): Promise<{ type: string; values: Record<string, string> }> {
  const keyring = readKeyring();
  const place = { organizationId: stored.organizationId, owner: stored.sealId };
  const entries = await Promise.all(
    stored.sealedValues.map(async ({ field, envelope }) => [field, await open(keyring, { ...place, field }, envelope)]),
  );
  return { type: stored.type, values: Object.fromEntries(entries) as Record<string, string> };
}
