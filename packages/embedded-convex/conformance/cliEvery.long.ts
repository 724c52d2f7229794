/** Every command of the official CLI that other suites do not run: it works, or it ends soon with a sentence that says why not. */
import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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

/** Commands, the sentence that they end with, and whether they have done what they were asked to. */
const COMMANDS: [command: string, sentence: RegExp, works: boolean][] = [
  ["network-test", /Network test passed/, true],
  ["deployments", /Type: selfHosted/, true],
  ["docs --no-open", /Find Convex docs here/, true],
  ["update", /npm install convex@latest/, true],
  ["ai-files status", /Convex AI files: not installed/, true],
  ["login status", /Not logged in/, true],
  ["logout", /You have been logged out/, true],
  ["init", /^(Saved CONVEX_URL.*)?$/, true],
  ["--version", /^1\.48\./, true],
  ["dashboard --no-open", /`npx convex dashboard` is not supported for self-hosted deployments/, true],
  ["insights", /Insights are only available for cloud deployments/, false],
  ["login", /Cannot prompt for input in non-interactive terminals/, false],
  ["reinit", /The `reinit` command is deprecated/, false],
  ["deployment select dev", /cannot be used with a self-hosted deployment/, false],
  ["deployment create x", /requires logging in/, false],
  ["deployment token create x", /requires being logged in/, false],
  ["deployment token delete x", /requires being logged in/, false],
  ["project create x", /requires logging in/, false],
  ["env default list", /only available for cloud projects/, false],
  ["auth add", /convex auth commands were removed/, false],
  ["integration workos provision-environment", /requires a configured deployment/, false],
];

const QUIET = ["--typecheck", "disable", "--codegen", "disable"];

async function run(...args: string[]): Promise<string> {
  return (await convex(deployment, app, args)).stdout.trim();
}

const moduleSaying = (text: string): string =>
  `import { queryGeneric as query } from "convex/server";\nexport const hello = query({ args: {}, handler: () => ${JSON.stringify(text)} });\n`;

describe("the official CLI", { timeout: 60_000 }, () => {
  it("deploys what changes while `dev` watches, and shows what functions log", async () => {
    const file = join(app.dir, "convex/greeting.ts");
    const dev = watch(deployment, app, ["dev", ...QUIET, "--tail-logs", "always"]);
    try {
      await dev.says(/functions ready/i);
      await writeFile(file, moduleSaying("one"));
      await dev.says(/functions ready/i);
      expect(await ask(deployment, "query", "greeting:hello")).toBe("one");
      await writeFile(file, moduleSaying("two"));
      await dev.says(/functions ready/i);
      expect(await ask(deployment, "query", "greeting:hello")).toBe("two");
      await ask(deployment, "mutation", "notes:say", { text: "seen by dev" });
      await dev.says(/seen by dev/);
    } finally {
      await dev.stop();
    }
  });

  it("pushes once, and before a run", async () => {
    const file = join(app.dir, "convex/greeting.ts");
    await writeFile(file, moduleSaying("three"));
    await run("dev", "--once", ...QUIET);
    expect(await ask(deployment, "query", "greeting:hello")).toBe("three");
    await writeFile(file, moduleSaying("four"));
    expect(await run("run", "--push", "greeting:hello", ...QUIET)).toContain('"four"');
  });

  it("evaluates queries that are no functions, which can only read", async () => {
    await ask(deployment, "mutation", "notes:add", { notes: [{ text: "found inline" }] });
    await ask(deployment, "mutation", "notes:mark", { name: "inline" });
    const body =
      'const all = await ctx.db.query("notes").collect(); console.log("looking"); return all.map((n) => n.text);';
    expect(await run("run", "--inline-query", body)).toContain('"found inline"');
    const inComponent = 'await ctx.db.query("marks").withIndex("by_name", (q) => q.eq("name", "inline")).unique()';
    expect(await run("run", "--component", "tally", "--inline-query", inComponent)).toContain('"inline"');
    const nested = 'export default query(async (ctx) => await ctx.runQuery("notes:count", {}))';
    expect(await run("run", "--inline-query", nested)).toMatch(/^\d+$/);
    await expect(run("run", "--inline-query", 'await ctx.db.insert("notes", { text: "x" })')).rejects.toThrow(
      /Query failed/,
    );
    await expect(run("run", "--inline-query", "this is no JavaScript")).rejects.toThrow(/Query failed/);
  });

  it("sets variables from a file, and reads them back", async () => {
    await writeFile(join(app.dir, "vars.env"), 'FIRST=1\nSECOND="two words"\n');
    await run("env", "set", "--from-file", "vars.env");
    expect((await run("env", "list")).split("\n").sort()).toEqual(["FIRST=1", "SECOND=two words"]);
    await run("env", "remove", "FIRST");
    expect(await run("env", "list")).not.toContain("FIRST");
    await expect(run("env", "set", "CONVEX_CLOUD_URL", "x")).rejects.toThrow(/built in/);
  });

  it("writes the specification of the functions to a file", async () => {
    await run("function-spec", "--file");
    const name = (await readdir(app.dir)).find((entry) => entry.startsWith("function_spec_"))!;
    const spec = JSON.parse(await readFile(join(app.dir, name), "utf8")) as { functions: { identifier: string }[] };
    expect(spec.functions.map(({ identifier }) => identifier)).toContain("notes.js:everything");
  });
});

describe("`convex", () => {
  it.each(COMMANDS)("%s` ends with a sentence", { timeout: 60_000 }, async (command, sentence, works) => {
    const ended = await convex(deployment, app, command.split(" ")).then(
      ({ stdout, stderr }) => ({ output: stdout + stderr, works: true }),
      // The error's own message goes on with the deployment's log, which is not what the CLI has said.
      ({ cause }: { cause: { stdout: string; stderr: string } }) => ({
        output: `${cause.stdout}\n${cause.stderr}`,
        works: false,
      }),
    );
    expect(ended.output.trim()).toMatch(sentence);
    expect(ended.output).not.toMatch(/\n\s+at /);
    expect(ended.works).toBe(works);
  });

  it("mcp start` answers that its tools need an account", { timeout: 60_000 }, async () => {
    const cli = join(fileURLToPath(new URL("../node_modules", import.meta.url)), "convex/bin/main.js");
    const answer = await new Promise<string>((resolve, reject) => {
      const env = {
        PATH: process.env.PATH,
        HOME: app.dir,
        CONVEX_SELF_HOSTED_URL: deployment.cloudUrl,
        CONVEX_SELF_HOSTED_ADMIN_KEY: deployment.adminKey,
      };
      const child = execFile(process.execPath, [cli, "mcp", "start"], { cwd: app.dir, env, timeout: 30_000 });
      const say = (message: object): void =>
        void child.stdin!.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
      let output = "";
      child.stdout!.on("data", (text: string) => {
        output += text;
        if (output.includes('"id":2')) resolve(output);
      });
      child.once("error", reject);
      child.once("exit", () => reject(new Error(output)));
      const clientInfo = { name: "test", version: "1" };
      say({ id: 1, method: "initialize", params: { protocolVersion: "2024-11-05", capabilities: {}, clientInfo } });
      say({ method: "notifications/initialized" });
      say({ id: 2, method: "tools/call", params: { name: "status", arguments: { projectDir: app.dir } } });
    });
    expect(answer).toContain("Not Authorized: Run `npx convex dev` to login");
  });
});
