import { SettingError } from "./addresses.ts";

/** Convex itself refuses larger bodies of HTTP actions. */
const MAX_BODY_BYTES = 20_000_000;

/**
 * The operator's settings that the functions read: only those that are set.
 * @throws SettingError naming the variable: a setting that is silently ignored would be worse.
 */
export function readFunctionSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const { PATCHBAY_SIGN_UP: signUp, PATCHBAY_MAX_BODY_BYTES: maxBodyBytes } = env;
  if (signUp && signUp !== "open" && signUp !== "closed") {
    throw new SettingError(
      `PATCHBAY_SIGN_UP is "${signUp}". Set it to "open" to let anyone sign up, or to "closed" (after the first account).`,
    );
  }
  const bytes = Number(maxBodyBytes);
  if (maxBodyBytes && (!Number.isInteger(bytes) || bytes < 1 || bytes > MAX_BODY_BYTES)) {
    throw new SettingError(
      `PATCHBAY_MAX_BODY_BYTES is "${maxBodyBytes}". Set it to a number of bytes from 1 to ${MAX_BODY_BYTES}.`,
    );
  }
  return {
    ...(signUp && { PATCHBAY_SIGN_UP: signUp }),
    ...(maxBodyBytes && { PATCHBAY_MAX_BODY_BYTES: maxBodyBytes }),
  };
}
