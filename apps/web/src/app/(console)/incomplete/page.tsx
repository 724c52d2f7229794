import type { Metadata } from "next";
import { IncompletePage } from "@/features/incomplete/IncompletePage";

export const metadata: Metadata = { title: "Incomplete runs" };

export default function Page() {
  return <IncompletePage />;
}
