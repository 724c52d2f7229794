import { HttpError } from "../http/responses.ts";
import type { ActionPool } from "../process/actionPool.ts";
import type { DeploymentState, TransactorControl } from "../process/messages.ts";
import type { RpcPort } from "../process/rpc.ts";
import type { Manifest } from "./manifest.ts";
import { hashesOf } from "./moduleStore.ts";
import { pushRefusal } from "./pushError.ts";

/** A variable to set, or to remove. */
export interface VariableChange {
  name: string;
  value?: string | null;
}

export interface VariablesServices {
  transactor(): RpcPort<TransactorControl>;
  pool: Pick<ActionPool, "authProviders">;
  state(): DeploymentState;
  /** Reads the state again and gives it to everybody, after the code has changed. */
  reload(): Promise<void>;
  /** The same for the environment, which is little. */
  environmentChanged(): Promise<void>;
}

/**
 * Changes environment variables of the deployment, all or none.
 *
 * @throws HttpError 400 for a name or value that cannot be, and when `auth.config.ts` could not be evaluated afterwards.
 */
export async function changeVariables(services: VariablesServices, changes: readonly VariableChange[]): Promise<void> {
  for (const { name, value } of changes) checkVariable(name, value ?? null);
  // Before anything changes: a variable that `auth.config.ts` needs cannot be taken away.
  const providers = await authProvidersAfter(services, changes);
  const normalized = changes.map(({ name, value }) => ({ name, value: value ?? null }));
  await services.transactor().call("setEnvironment", { changes: normalized });
  await services.environmentChanged();
  if (providers === null || JSON.stringify(providers) === JSON.stringify(services.state().manifest.authProviders))
    return;
  await services.transactor().call("setAuthProviders", { providers });
  await services.reload();
}

/** What `auth.config.ts`, if there is one, gives with changed variables. */
async function authProvidersAfter(
  services: VariablesServices,
  changes: readonly VariableChange[],
): Promise<Manifest["authProviders"] | null> {
  const { manifest, env, storedEnv } = services.state();
  if (!manifest.components.some(({ modules }) => modules.some(({ path }) => path === "auth.config.js"))) return null;
  const changed = { ...env };
  for (const { name, value } of changes) {
    // The operator's file lies over what is stored.
    if (Object.hasOwn(env, name) && env[name] !== storedEnv[name]) continue;
    if (value === null || value === undefined) delete changed[name];
    else changed[name] = value;
  }
  const modules = await services.transactor().call("modules", { hashes: hashesOf(manifest) });
  try {
    return await services.pool.authProviders({ manifest, modules, env: changed });
  } catch (error) {
    throw pushRefusal(error);
  }
}

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_NAME_LENGTH = 160;
const MAX_VALUE_BYTES = 8192;

function checkVariable(name: string, value: string | null): void {
  if (!VARIABLE_NAME.test(name) || name.length > MAX_NAME_LENGTH) {
    throw new HttpError(
      400,
      "EnvironmentVariableNameInvalid",
      `"${name}" is not a valid name for an environment variable`,
    );
  }
  if (name.startsWith("CONVEX_")) {
    throw new HttpError(
      400,
      "EnvironmentVariableNameForbidden",
      `Environment variable with name "${name}" is built in and cannot be overridden`,
    );
  }
  if (value !== null && Buffer.byteLength(value) > MAX_VALUE_BYTES) {
    throw new HttpError(
      400,
      "EnvironmentVariableTooLarge",
      `The value of ${name} is larger than ${MAX_VALUE_BYTES} bytes`,
    );
  }
}
