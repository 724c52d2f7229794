/**
 * What Next.js hands to the pages below `/scenarios/[scenarioId]`. Written out, because Next's own `PageProps` exists only
 * after a build or `next typegen`, and a fresh clone must pass the gates without either.
 */
export interface ScenarioPageProps {
  params: Promise<{ scenarioId: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export interface RunPageProps {
  params: Promise<{ scenarioId: string; runId: string }>;
}
