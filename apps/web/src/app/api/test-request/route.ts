import { convexAuthNextjsToken } from "@convex-dev/auth/nextjs/server";
import { api } from "@convex/api";
import { fetchQuery } from "convex/nextjs";
import { readAppError } from "@/lib/errors";
import { readEnv } from "@/server/env";
import { parseTestRequest, readWebhookAnswer, webhookPath } from "@/server/testRequest";

const refuse = (status: number, code: string, message: string) =>
  Response.json({ error: { code, message } }, { status });

/**
 * Posts a test payload to a scenario's webhook for the "Send a test request" button. The caller names a scenario, never a
 * URL: the address comes from the deployment, which checks that the session may see it, and only its path is used, on the
 * deployment's own site. So this cannot be made to call anything else.
 */
export async function POST(request: Request): Promise<Response> {
  // A page of another site can send a form but not this content type without asking first; the origin settles it.
  const origin = request.headers.get("origin");
  if (origin !== null && new URL(origin).host !== request.headers.get("host")) {
    return refuse(403, "forbidden", "This request came from another site.");
  }
  const body = parseTestRequest(await request.text());
  if (!body) return refuse(400, "malformed", "Expected JSON with organizationId, scenarioId and payload.");
  const token = await convexAuthNextjsToken();
  if (!token) return refuse(401, "unauthenticated", "Sign in first.");
  const { internalConvexUrl, siteUrl } = readEnv();
  try {
    const { organizationId, scenarioId } = body;
    const scenario = await fetchQuery(
      api.scenarios.queries.getScenario,
      { organizationId, scenarioId },
      { token, url: internalConvexUrl, skipConvexDeploymentUrlCheck: true },
    );
    const path = scenario?.webhookUrl ? webhookPath(scenario.webhookUrl) : null;
    if (path === null) return refuse(404, "not_found", "This scenario has no webhook.");
    return await postTo(`${siteUrl}${path}`, body.payload);
  } catch (error) {
    const known = readAppError(error);
    return known
      ? refuse(403, known.code, known.message)
      : refuse(502, "unavailable", "The deployment did not answer. Try again in a moment.");
  }
}

/** Passes the webhook's 202 `{ runId }` or its error on; a scenario's own answer becomes `{ runId: null }`. */
async function postTo(url: string, payload: unknown): Promise<Response> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(payload),
    redirect: "manual",
    signal: AbortSignal.timeout(40_000),
  });
  const { runId, message } = readWebhookAnswer(await response.text());
  if (response.status === 202 && runId !== null) return Response.json({ runId });
  if (response.status < 400) return Response.json({ runId: null });
  return refuse(502, "refused", message ?? `The webhook answered ${response.status}.`);
}
