import type { ScenarioPageProps } from "@/app/pageProps.ts";
import { HistoryPage } from "@/features/versions/HistoryPage";

export default async function Page({ params }: ScenarioPageProps) {
  const { scenarioId } = await params;
  return <HistoryPage scenarioId={scenarioId} />;
}
