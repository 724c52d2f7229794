import { HistoryPage } from "@/features/versions/HistoryPage";

export default async function Page({ params }: PageProps<"/scenarios/[scenarioId]/history">) {
  const { scenarioId } = await params;
  return <HistoryPage scenarioId={scenarioId} />;
}
