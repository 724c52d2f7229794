import type { Metadata } from "next";
import { ApprovalPage } from "@/features/waits/ApprovalPage";

/** Says nothing of what is asked: a title is kept in histories and shown in previews. */
export const metadata: Metadata = {
  title: "A question for you",
  description: "An automation waits for your answer.",
  robots: { index: false, follow: false },
  referrer: "no-referrer",
};

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  return <ApprovalPage token={token} />;
}
