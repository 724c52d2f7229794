import type { ScenarioPageProps } from "@/app/pageProps.ts";
import { ScenarioRunsPage } from "@/features/runs/ScenarioRunsPage";

export default async function Page({ params, searchParams }: ScenarioPageProps) {
  const { scenarioId } = await params;
  const version = Number((await searchParams).version);
  return (
    <ScenarioRunsPage scenarioId={scenarioId} version={Number.isInteger(version) && version > 0 ? version : null} />
  );
}
