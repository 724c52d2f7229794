import type { ScenarioPageProps } from "@/app/pageProps.ts";
import { EditorPage } from "@/features/scenarios/EditorPage";

export default async function Page({ params }: ScenarioPageProps) {
  const { scenarioId } = await params;
  return <EditorPage scenarioId={scenarioId} />;
}
