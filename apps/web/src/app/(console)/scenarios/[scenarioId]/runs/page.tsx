import { ScenarioRunsPage } from "@/features/runs/ScenarioRunsPage";

export default async function Page({ params, searchParams }: PageProps<"/scenarios/[scenarioId]/runs">) {
  const { scenarioId } = await params;
  const version = Number((await searchParams).version);
  return (
    <ScenarioRunsPage scenarioId={scenarioId} version={Number.isInteger(version) && version > 0 ? version : null} />
  );
}
