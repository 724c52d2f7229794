import type { Metadata } from "next";
import { SignInPage } from "@/features/auth/SignInPage";
import { allowedNextPath } from "@/lib/nextPath";

export const metadata: Metadata = { title: "Sign in" };

export default async function Page({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams;
  return <SignInPage next={allowedNextPath(typeof next === "string" ? next : null)} />;
}
