/** A deployed app that mounts components, and short ways to call it. */
import { randomUUID } from "node:crypto";
import type { Value } from "convex/values";
import { vi } from "vitest";
import { adminClient, call } from "../conformance/wireDriver.ts";
import { copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";

const POLL_MS = 25;

type Args = Record<string, Value | undefined>;

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

  query<Result extends Value = Value>(path: string, args: Args = {}): Promise<Result> {
    return call(adminClient(this.deployment), "query", path, args) as Promise<Result>;
  }

  mutation<Result extends Value = Value>(path: string, args: Args = {}): Promise<Result> {
    // Without the client's own queue: what is called together arrives together.
    return call(adminClient(this.deployment), "mutation", path, args) as Promise<Result>;
  }

  action<Result extends Value = Value>(path: string, args: Args = {}): Promise<Result> {
    return call(adminClient(this.deployment), "action", path, args) as Promise<Result>;
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
