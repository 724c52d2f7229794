/** A deployed app that mounts components, and short ways to call it. */
import { randomUUID } from "node:crypto";
import { convexToJson, jsonToConvex } from "convex/values";
import type { JSONValue, Value } from "convex/values";
import { vi } from "vitest";
import { adminClient, call } from "../conformance/wireDriver.ts";
import { copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";

const POLL_MS = 25;

type Args = Record<string, Value | undefined>;
/** The component whose functions are called: the app itself unless it is named. */
interface Place {
  component?: string;
}

/** An app on a deployment of its own. Calls act as an administrator, so that internal functions can be called too. */
export class DeployedApp {
  readonly deployment: Deployment;
  readonly copy: AppCopy;

  private constructor(deployment: Deployment, copy: AppCopy) {
    this.deployment = deployment;
    this.copy = copy;
  }

  /** Starts a deployment and pushes an app to it with the real CLI. */
  static async start(app: URL, functionEnv: Record<string, string> = {}): Promise<DeployedApp> {
    const [deployment, copy] = await Promise.all([Deployment.start({ functionEnv }), copyApp(app)]);
    const deployed = new DeployedApp(deployment, copy);
    try {
      await deploy(deployment, copy);
      return deployed;
    } catch (error) {
      await deployed.dispose();
      throw error;
    }
  }

  query<Result = Value>(path: string, args: Args = {}, place: Place = {}): Promise<Result> {
    return this.#call("query", path, args, place) as Promise<Result>;
  }

  mutation<Result = Value>(path: string, args: Args = {}, place: Place = {}): Promise<Result> {
    return this.#call("mutation", path, args, place) as Promise<Result>;
  }

  action<Result = Value>(path: string, args: Args = {}, place: Place = {}): Promise<Result> {
    return this.#call("action", path, args, place) as Promise<Result>;
  }

  async #call(kind: "query" | "mutation" | "action", path: string, args: Args, place: Place): Promise<Value> {
    // A client of its own has no queue: what is called together arrives together.
    if (place.component === undefined) return await call(adminClient(this.deployment), kind, path, args);
    const response = await fetch(`${this.deployment.cloudUrl}/api/${kind}`, {
      method: "POST",
      headers: { authorization: `Convex ${this.deployment.adminKey}` },
      body: JSON.stringify({
        path,
        args: convexToJson(args),
        componentPath: place.component,
        format: "convex_encoded_json",
      }),
    });
    const answer = (await response.json()) as { status: string; value: JSONValue; errorMessage: string };
    if (answer.status !== "success") throw new Error(answer.errorMessage);
    return jsonToConvex(answer.value);
  }

  async dispose(): Promise<void> {
    await this.deployment.dispose();
    await this.copy.dispose();
  }
}

/** Repeats an assertion until it holds. */
export function eventually<Result>(assertion: () => Promise<Result>, timeoutMs = 10_000): Promise<Result> {
  return vi.waitFor(assertion, { timeout: timeoutMs, interval: POLL_MS });
}

/** A name that no other test uses. */
export function newTag(): string {
  return randomUUID().slice(0, 8);
}
