import { RunPage } from "@/features/runs/RunPage";

export default async function Page({ params }: PageProps<"/scenarios/[scenarioId]/runs/[runId]">) {
  const { scenarioId, runId } = await params;
  return <RunPage scenarioId={scenarioId} runId={runId} />;
}
