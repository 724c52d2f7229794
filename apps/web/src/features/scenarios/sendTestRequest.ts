/** `runId` is null where the scenario answers in its own words, which do not name the run. */
export type TestRequestResult = { kind: "ok"; runId: string | null } | { kind: "refused"; message: string };

/** What a first visitor's webhook gets: a name for the sample to greet, and a list for what is drawn next. */
export const samplePayload = {
  name: "Ada",
  order: { id: "1042", customer: "Ines Okafor", total: 148.5, currency: "EUR" },
  items: [
    { name: "Ink basics", quantity: 1, price: 49.5 },
    { name: "Workshop seat", quantity: 2, price: 49.5 },
  ],
};

/** Has our own server post to a scenario's webhook (a browser may not read another origin's answer) and tells the run. */
export async function sendTestRequest(
  target: { organizationId: string; scenarioId: string },
  fetcher: typeof fetch = fetch,
): Promise<TestRequestResult> {
  try {
    const response = await fetcher("/api/test-request", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...target, payload: samplePayload }),
    });
    const answer = (await response.json()) as { runId?: string | null; error?: { message?: string } };
    if (response.ok) return { kind: "ok", runId: answer.runId ?? null };
    return { kind: "refused", message: answer.error?.message ?? `The server answered ${response.status}.` };
  } catch {
    return { kind: "refused", message: "The server cannot be reached. Check the connection and try again." };
  }
}
