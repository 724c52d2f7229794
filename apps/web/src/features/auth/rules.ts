export type SignInMode = "signIn" | "signUp";

export interface Credentials {
  name: string;
  email: string;
  password: string;
}

export type FieldErrors = Partial<Record<keyof Credentials, string>>;

/** As the backend asks for; kept here only to say so before the form is sent. */
export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 256;

/** What is wrong with the form, by field; empty when it can be sent. */
export function checkCredentials(mode: SignInMode, { name, email, password }: Credentials): FieldErrors {
  const errors: FieldErrors = {};
  if (!/^\S+@\S+\.\S+$/.test(email.trim())) errors.email = "Enter an address like name@example.org.";
  if (password === "") errors.password = "Enter your password.";
  if (mode === "signIn") return errors;
  if (name.trim() === "") errors.name = "Enter the name that others will see.";
  if (password.length < MIN_PASSWORD_LENGTH) {
    errors.password = `Use at least ${MIN_PASSWORD_LENGTH} characters; a few words are fine.`;
  } else if (password.length > MAX_PASSWORD_LENGTH) {
    errors.password = `Use at most ${MAX_PASSWORD_LENGTH} characters.`;
  } else if (password.trim().toLowerCase() === email.trim().toLowerCase()) {
    errors.password = "Use something other than your address.";
  }
  return errors;
}

/**
 * What to say when signing in failed. Convex Auth passes only an error's text on: the backend's own `{ code, message }`
 * may stand in it as JSON, else the known codes of Convex Auth. A wrong address and a wrong password read the same.
 */
export function signInFailure(mode: SignInMode, error: unknown): string {
  const text = error instanceof Error ? error.message : "";
  const own = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  if (own !== undefined) return JSON.parse(`"${own}"`) as string;
  if (/failed to fetch|networkerror|load failed|fetch failed|ECONNREFUSED/i.test(text)) {
    return "The server cannot be reached. Check that Patchbay is running, then try again.";
  }
  if (/TooManyFailedAttempts|rate.?limit/i.test(text)) {
    return "Too many attempts. Wait a few minutes, then try again.";
  }
  if (/already exists/i.test(text)) return "There is already an account with this address. Sign in instead.";
  if (mode === "signIn") return "Address and password do not match an account.";
  return "The account could not be created. Nothing was stored; try again.";
}
