import { readAppError } from "../../lib/errors.ts";

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

/** What to say when signing in failed: the backend's own words where it has any, else what can truthfully be said. */
export function signInFailure(mode: SignInMode, error: unknown): string {
  const known = readAppError(error);
  if (known !== null) return known.message;
  const text = error instanceof Error ? error.message : "";
  if (/failed to fetch|networkerror|load failed|fetch failed|ECONNREFUSED|connection lost/i.test(text)) {
    return "The server cannot be reached. Check that Patchbay is running, then try again.";
  }
  return mode === "signIn"
    ? "Something went wrong on the server, and you are not signed in. Try again, and look at the server's log if it happens again."
    : "The account could not be created. Nothing was stored; try again.";
}
