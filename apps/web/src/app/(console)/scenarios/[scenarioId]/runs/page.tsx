import { ScenarioRunsPage } from "@/features/runs/RunsPage";

export default async function Page({ params }: PageProps<"/scenarios/[scenarioId]/runs">) {
  const { scenarioId } = await params;
  return <ScenarioRunsPage scenarioId={scenarioId} />;
}
