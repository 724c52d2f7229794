"use client";

import { api } from "@convex/api";
import { Button, Field, Input, Logo, Notice, Skeleton } from "@patchbay/ui";
import { useQuery } from "convex/react";
import { CircleAlert, Lock } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ConnectionBanner } from "@/features/shell/ConnectionBanner";
import { CableArt } from "./CableArt.tsx";
import { MIN_PASSWORD_LENGTH, type SignInMode } from "./rules.ts";
import { useSignInForm } from "./useSignInForm.ts";

/** Signing in; on a fresh deployment, making the owner's account. */
export function SignInPage({ next }: { next: string }) {
  const current = useQuery(api.auth.queries.getSignUpState, {});
  // Making the first account turns this very page into a sign-in page; not before it has led to the account's home.
  const [sentFrom, setSentFrom] = useState<typeof current>(undefined);
  const signUp = sentFrom ?? current;
  return (
    <div className="flex min-h-dvh flex-col">
      <ConnectionBanner />
      <main className="dot-grid flex flex-1 flex-col items-center justify-center bg-canvas px-4 py-10">
        <CableArt />
        <section className="mt-6 w-full max-w-96 rounded-pop border border-line-2 bg-surface p-6 shadow-pop">
          {signUp === undefined ? (
            <FormSkeleton />
          ) : (
            <SignInCard
              key={String(signUp.firstRun)}
              firstRun={signUp.firstRun}
              open={signUp.open}
              next={next}
              onPending={(pending) => setSentFrom(pending ? signUp : undefined)}
            />
          )}
        </section>
      </main>
    </div>
  );
}

const words = {
  firstRun: {
    title: "Create the owner's account",
    text: "This Patchbay is new. The first account owns it and its organization; after that, sign-up closes.",
    submit: "Create account",
  },
  signUp: { title: "Create an account", text: "This Patchbay is open for new accounts.", submit: "Create account" },
  signIn: { title: "Sign in to Patchbay", text: "", submit: "Sign in" },
};

interface SignInCardProps {
  firstRun: boolean;
  open: boolean;
  next: string;
  onPending: (pending: boolean) => void;
}

function SignInCard({ firstRun, open, next, onPending }: SignInCardProps) {
  const router = useRouter();
  const [mode, setMode] = useState<SignInMode>(firstRun ? "signUp" : "signIn");
  const form = useSignInForm(mode, { onPending, onDone: () => router.replace(next) });
  const { title, text, submit } = words[firstRun ? "firstRun" : mode];
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
      className="flex flex-col gap-4"
    >
      <header>
        <Logo size={28} />
        <h1 className="mt-3 text-xl font-semibold">{title}</h1>
        {text ? <p className="mt-1 text-sm text-pretty text-ink-2">{text}</p> : null}
      </header>
      {form.failure ? (
        <Notice tone="bad" icon={<CircleAlert aria-hidden />}>
          {form.failure}
        </Notice>
      ) : null}
      <Credentials mode={mode} form={form} />
      <Button type="submit" variant="primary" pending={form.pending} className="w-full">
        {submit}
      </Button>
      {firstRun ? null : <ModeNote mode={mode} open={open} onModeChange={setMode} />}
    </form>
  );
}

function Credentials({ mode, form }: { mode: SignInMode; form: ReturnType<typeof useSignInForm> }) {
  const { credentials, errors, change } = form;
  const note = (field: keyof typeof errors, hasHint = false) =>
    errors[field] || hasHint ? { "aria-describedby": `${field}-note` } : {};
  const isNew = mode === "signUp";
  return (
    <>
      {isNew ? (
        <Field label="Your name" htmlFor="name" error={errors.name}>
          <Input
            id="name"
            autoComplete="name"
            autoFocus
            value={credentials.name}
            invalid={errors.name !== undefined}
            onChange={(event) => change("name", event.target.value)}
            {...note("name")}
          />
        </Field>
      ) : null}
      <Field label="Email" htmlFor="email" error={errors.email}>
        <Input
          id="email"
          type="email"
          autoComplete="username"
          autoFocus={!isNew}
          value={credentials.email}
          invalid={errors.email !== undefined}
          onChange={(event) => change("email", event.target.value)}
          {...note("email")}
        />
      </Field>
      <Field
        label="Password"
        htmlFor="password"
        error={errors.password}
        hint={isNew ? `At least ${MIN_PASSWORD_LENGTH} characters.` : undefined}
      >
        <Input
          id="password"
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          value={credentials.password}
          invalid={errors.password !== undefined}
          onChange={(event) => change("password", event.target.value)}
          {...note("password", isNew)}
        />
      </Field>
    </>
  );
}

interface ModeNoteProps {
  mode: SignInMode;
  open: boolean;
  onModeChange: (mode: SignInMode) => void;
}

function ModeNote({ mode, open, onModeChange }: ModeNoteProps) {
  if (!open) {
    return (
      <p className="flex items-start gap-2 border-t border-line pt-4 text-xs text-pretty text-ink-3">
        <Lock aria-hidden className="mt-0.5 size-3.5 shrink-0" />
        <span>
          Sign-up is closed. The operator can add people with{" "}
          <code className="text-ink-2">npx patchbay admin create-user</code> and set a forgotten password with{" "}
          <code className="text-ink-2">reset-password</code>.
        </span>
      </p>
    );
  }
  return (
    <p className="border-t border-line pt-4 text-sm text-ink-2">
      {mode === "signIn" ? "No account yet? " : "Already have an account? "}
      <button
        type="button"
        onClick={() => onModeChange(mode === "signIn" ? "signUp" : "signIn")}
        className="font-medium text-signal underline-offset-2 hover:underline"
      >
        {mode === "signIn" ? "Create one" : "Sign in"}
      </button>
    </p>
  );
}

function FormSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading" className="flex flex-col gap-4">
      <Logo size={28} />
      <Skeleton className="h-6 w-48" />
      <Skeleton className="h-8 w-full" />
      <Skeleton className="h-8 w-full" />
      <Skeleton className="h-8 w-full" />
    </div>
  );
}
