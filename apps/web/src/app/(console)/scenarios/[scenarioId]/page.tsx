import { EditorPage } from "@/features/scenarios/EditorPage";

export default async function Page({ params }: PageProps<"/scenarios/[scenarioId]">) {
  const { scenarioId } = await params;
  return <EditorPage scenarioId={scenarioId} />;
}
