"use client";

import { api } from "@convex/api";
import { useAuthActions } from "@convex-dev/auth/react";
import { useAction } from "convex/react";
import { useState } from "react";
import { checkCredentials, signInFailure, type Credentials, type FieldErrors, type SignInMode } from "./rules.ts";

interface SignInEvents {
  /** The form is being sent, or can be changed again. */
  onPending: (pending: boolean) => void;
  /** The session stands; the form stays pending. */
  onDone: () => void;
}

/** State and sending of the sign-in form. */
export function useSignInForm(mode: SignInMode, { onPending, onDone }: SignInEvents) {
  const { signIn } = useAuthActions();
  const proveCredentials = useAction(api.auth.actions.proveCredentials);
  const [credentials, setCredentials] = useState<Credentials>({ name: "", email: "", password: "" });
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  const change = (field: keyof Credentials, value: string) => {
    setCredentials((current) => ({ ...current, [field]: value }));
    setErrors(({ [field]: _fixed, ...rest }) => rest);
    setFailure(null);
  };

  const submit = async () => {
    const found = checkCredentials(mode, credentials);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    setPending(true);
    onPending(true);
    setFailure(null);
    try {
      const { name, email, password } = credentials;
      const proof = { flow: mode, email: email.trim().toLowerCase(), password };
      // Straight to the deployment, which says what is wrong; the web server then only turns the ticket into cookies.
      await signIn("password", await proveCredentials(mode === "signUp" ? { ...proof, name: name.trim() } : proof));
      onDone();
    } catch (error) {
      setFailure(signInFailure(mode, error));
      setPending(false);
      onPending(false);
    }
  };

  return { credentials, errors, failure, pending, change, submit };
}
