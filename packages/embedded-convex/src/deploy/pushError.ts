import { HttpError } from "../http/responses.ts";

/** A push that cannot be deployed; the message is shown by the CLI. */
export class PushError extends Error {
  override readonly name = "PushError";
}

/** What the CLI is told of code that cannot be evaluated. */
export function pushRefusal(error: unknown): HttpError {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes(UNSET_IN_AUTH_CONFIG))
    return new HttpError(400, "AuthConfigMissingEnvironmentVariable", message);
  const isMissingVariable = message.includes("required are not set: ");
  return new HttpError(400, isMissingVariable ? "MissingEnvironmentVariables" : "InvalidModules", message);
}

/** The words of Convex for a variable that `auth.config.ts` reads. */
export const UNSET_IN_AUTH_CONFIG = "is used in auth config file but its value was not set";
