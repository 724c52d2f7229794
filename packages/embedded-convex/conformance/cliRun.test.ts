/** The official CLI while somebody develops: `run`, `logs`; `dev` is in `cliEvery.long.ts`. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppCopy, convex, copyApp, deploy, watch } from "../test/cli.ts";
import { ask } from "../test/data/transfer.ts";
import { Deployment } from "../test/deployment.ts";

let deployment: Deployment;
let app: AppCopy;

beforeAll(async () => {
  [deployment, app] = await Promise.all([Deployment.start(), copyApp(new URL("./notebook/", import.meta.url))]);
  await deploy(deployment, app);
}, 90_000);

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
});

async function run(...args: string[]): Promise<string> {
  return (await convex(deployment, app, args)).stdout.trim();
}

describe("the official CLI", { timeout: 90_000 }, () => {
  it("runs functions with arguments, as somebody, in components, and again when their results change", async () => {
    expect(await run("run", "notes:add", '{"notes":[{"text":"by the CLI"}]}')).toMatch(/^\[\s*"\w+"\s*\]$/);
    expect(await run("run", "notes:secret")).toContain("only for administrators");
    expect(await run("run", "notes:whoami", "--identity", '{"name":"Ann","subject":"ann"}')).toBe('"Ann"');
    expect(await run("run", "--component", "tally", "marks:add", '{"name":"direct"}')).toBe("1");
    await expect(run("run", "notes:remove", '{"id":"nonsense"}')).rejects.toThrow(/ArgumentValidationError/);
    const watching = watch(deployment, app, ["run", "notes:count", "--watch"]);
    try {
      await watching.says(/^1$/m);
      await ask(deployment, "mutation", "notes:add", { notes: [{ text: "another" }] });
      await watching.says(/^2$/m);
    } finally {
      await watching.stop();
    }
  });

  it("shows past and coming logs, and every execution if it is asked to", async () => {
    await ask(deployment, "mutation", "notes:say", { text: "before" });
    const logs = watch(deployment, app, ["logs", "--history", "1", "--success"]);
    try {
      await logs.says(/M\(notes:say\).*before/);
      await ask(deployment, "mutation", "notes:say", { text: "after" });
      await logs.says(/M\(notes:say\).*after/);
      await ask(deployment, "query", "notes:count");
      await logs.says(/Q\(notes:count\)\] Function executed in \d+ ms/);
      await ask(deployment, "action", "notes:store", { text: "quiet" });
      await logs.says(/A\(notes:store\)\] Function executed in \d+ ms/);
      await expect(ask(deployment, "mutation", "notes:remove", { id: "nonsense" })).rejects.toThrow();
      await logs.says(/M\(notes:remove\)\] ArgumentValidationError/);
    } finally {
      await logs.stop();
    }
  });
});
