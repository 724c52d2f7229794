import type { Id } from "@convex/dataModel";
import { z } from "zod";

const testRequestSchema = z.object({
  organizationId: z.string().min(1).max(64),
  scenarioId: z.string().min(1).max(64),
  payload: z.json(),
});

export interface TestRequest {
  organizationId: Id<"organizations">;
  scenarioId: string;
  payload: unknown;
}

/** The request's body, or null where it is anything else. */
export function parseTestRequest(text: string): TestRequest | null {
  try {
    const parsed = testRequestSchema.safeParse(JSON.parse(text));
    // The deployment checks the id against the caller's memberships; here it is only a string.
    return parsed.success ? (parsed.data as TestRequest) : null;
  } catch {
    return null;
  }
}

/** The path of a webhook URL (`/hooks/<token>`), or null where the URL is not one of ours. */
export function webhookPath(webhookUrl: string): string | null {
  if (!URL.canParse(webhookUrl)) return null;
  const { pathname } = new URL(webhookUrl);
  return /\/hooks\/[A-Za-z0-9_-]+$/.exec(pathname)?.[0] ?? null;
}

const webhookAnswerSchema = z.object({
  runId: z.string().optional(),
  error: z.object({ message: z.string() }).optional(),
});

/** The run's id and the error's message in a webhook's answer, null each where there is none. */
export function readWebhookAnswer(text: string): { runId: string | null; message: string | null } {
  const nothing = { runId: null, message: null };
  try {
    const parsed = webhookAnswerSchema.safeParse(JSON.parse(text));
    return parsed.success ? { runId: parsed.data.runId ?? null, message: parsed.data.error?.message ?? null } : nothing;
  } catch {
    return nothing;
  }
}
