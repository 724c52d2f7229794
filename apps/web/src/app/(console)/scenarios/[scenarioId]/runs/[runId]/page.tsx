import type { RunPageProps } from "@/app/pageProps.ts";
import { RunPage } from "@/features/runs/RunPage";

export default async function Page({ params }: RunPageProps) {
  const { scenarioId, runId } = await params;
  return <RunPage scenarioId={scenarioId} runId={runId} />;
}
