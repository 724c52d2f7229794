/** What the tests of unmodified clients share: a deployment with their app, and clients that are closed again. */
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import type { DefaultFunctionArgs, FunctionReference } from "convex/server";
import { WebSocket } from "ws";
import { copyApp, deploy } from "../cli.ts";
import { Deployment, type DeploymentOptions } from "../deployment.ts";

/** `ConvexClient` and `ConvexReactClient` in Node need a WebSocket to be given. */
export const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;

/** Starts a deployment and pushes the app of these tests. */
export async function startWithApp(options: DeploymentOptions): Promise<Deployment> {
  // The app's other issuer, for those who need none.
  const functionEnv = { OIDC_ISSUER: "https://issuer.invalid", ...options.functionEnv };
  const [deployment, app] = await Promise.all([
    Deployment.start({ ...options, functionEnv }),
    copyApp(new URL("./app/", import.meta.url)),
  ]);
  try {
    await deploy(deployment, app);
    return deployment;
  } catch (error) {
    await deployment.dispose();
    throw error;
  } finally {
    await app.dispose();
  }
}

export function httpClient(deployment: { cloudUrl: string }): ConvexHttpClient {
  return new ConvexHttpClient(deployment.cloudUrl, { logger: false });
}

export function socketClient(url: string): ConvexClient {
  return new ConvexClient(url, { logger: false, webSocketConstructor, unsavedChangesWarning: false });
}

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { data?: unknown }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { data?: unknown };
  }
  throw new Error("it was not rejected");
}

/** The values of a live query, newest last. */
export function watch<Result>(
  client: ConvexClient,
  query: FunctionReference<"query">,
  args: DefaultFunctionArgs,
): Result[] {
  const values: Result[] = [];
  client.onUpdate(query, args, (value) => values.push(value as Result));
  return values;
}
