import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakePatchbay, type Faults } from "../test/fakePatchbay.ts";

let folder: string;
let fake: FakePatchbay | undefined;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "patchbay-cli-"))));
afterEach(async () => {
  await fake?.stop();
  fake = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function startFake(faults: Faults = {}): Promise<FakePatchbay> {
  fake = new FakePatchbay(faults);
  const { adminKey, ...stack } = await fake.start();
  await writeFile(join(folder, "stack.json"), JSON.stringify(stack));
  await writeFile(join(folder, "admin.key"), `${adminKey}\n`, { mode: 0o600 });
  return fake;
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  /** The last line of standard output, parsed. */
  json: () => unknown;
}

/** Runs the command as a process of its own, as `npx patchbay` does. */
function patchbay(...args: string[]): Promise<Ended> {
  const main = join(import.meta.dirname, "main.ts");
  return new Promise((resolve) => {
    const options = { env: { ...process.env, PATCHBAY_DATA: folder }, timeout: 60_000 };
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      const code = error ? Number(error.code ?? -1) : 0;
      const json = () => JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as unknown;
      resolve({ code, stdout, stderr, json });
    });
  });
}

const user = ["--email", "ada@example.com", "--name", "Ada"];

describe("without a running Patchbay", () => {
  it.each([
    ["admin", "create-user", ...user, "--password", "12345678"],
    ["admin", "create-api-key", ...user],
    ["demo", "--count", "1"],
  ])("%s %s says how to start it", async (...args) => {
    const ended = await patchbay(...args, "--json");
    const message = `Patchbay is not running on ${folder}: start it with npm start`;
    expect(ended).toMatchObject({ code: 1, stderr: `${message}\n` });
    expect(ended.json()).toEqual({ error: { code: "not_running", message } });
  });

  it("does not believe the file of a stack that was killed", async () => {
    await startFake();
    await writeFile(join(folder, "stack.json"), JSON.stringify({ pid: 2 ** 22 + 1, cloudUrl: "http://127.0.0.1:1" }));
    expect((await patchbay("admin", "create-api-key", ...user)).stderr).toContain("is not running");
  });
});

describe("patchbay admin", () => {
  it("creates an account", async () => {
    const { calls } = await startFake();
    const ended = await patchbay("admin", "create-user", ...user, "--password", "12345678", "--json");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.json()).toEqual({ userId: "u1", organizationId: "o1" });
    const args = { email: "ada@example.com", password: "12345678", name: "Ada" };
    expect(calls).toEqual([{ path: "auth/admin:createUser", args }]);
  });

  it("creates an API key", async () => {
    await startFake();
    const ended = await patchbay("admin", "create-api-key", ...user, "--json");
    expect(ended).toMatchObject({ code: 0, stdout: '{"key":"key_fake"}\n' });
    expect((await patchbay("admin", "create-api-key", ...user)).stdout).toMatch(/^key_fake\n/);
  });

  it("sets a password, and makes one up only where none is given", async () => {
    const { calls } = await startFake();
    const made = await patchbay("admin", "reset-password", "--email", "ada@example.com", "--json");
    expect(made.json()).toEqual({ email: "ada@example.com", password: calls[0]?.args.password });
    expect(String(calls[0]?.args.password)).toHaveLength(20);
    const given = await patchbay("admin", "reset-password", "--email", "ada@example.com", "--password", "s3cret-word");
    expect(given).toMatchObject({ code: 0, stdout: "Set the new password of ada@example.com\n" });
    expect(calls[1]?.args.password).toBe("s3cret-word");
  });

  it.each([
    ["taken@example.com", "conflict", "There is an account with this address already."],
    ["broken@example.com", "function_failed", "auth/admin:createUser failed: Server Error"],
  ])("reports in one line that %s is refused", async (email, code, message) => {
    await startFake();
    const args = ["admin", "create-user", "--email", email, "--name", "A", "--password", "12345678"];
    const ended = await patchbay(...args, "--json");
    expect(ended).toMatchObject({ code: 1, stderr: `${message}\n` });
    expect(ended.json()).toEqual({ error: { code, message } });
    expect(await patchbay(...args)).toMatchObject({ code: 1, stdout: "", stderr: `${message}\n` });
  });

  it("says when the key is not the deployment's", async () => {
    await startFake();
    await writeFile(join(folder, "admin.key"), "another|key");
    const ended = await patchbay("admin", "create-api-key", ...user, "--json");
    expect(ended.json()).toMatchObject({ error: { code: "wrong_admin_key" } });
    await rm(join(folder, "admin.key"));
    expect((await patchbay("admin", "create-api-key", ...user, "--json")).json()).toMatchObject({
      error: { code: "no_admin_key" },
    });
  });

  it("says when the deployment does not answer", async () => {
    await (await startFake()).stop();
    fake = undefined;
    const ended = await patchbay("admin", "create-api-key", ...user, "--json");
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({ error: { code: "unreachable" } });
  });

  it("names what is missing", async () => {
    const ended = await patchbay("admin", "create-user", "--email", "a@example.com", "--json");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("required option '--password <password>' not specified");
    expect(ended.json()).toMatchObject({ error: { code: "usage" } });
  });
});

describe("patchbay maintenance", () => {
  it("begins it, and tells what is still under way", async () => {
    const { calls } = await startFake();
    const ended = await patchbay("maintenance", "on");
    const text = "Patchbay is in maintenance and takes no new work; 3 runs are under way\n";
    expect(ended).toMatchObject({ code: 0, stdout: text });
    expect(calls[0]).toEqual({ path: "settings/maintenance:setMaintenance", args: { on: true } });
    expect((await patchbay("maintenance", "status", "--json")).json()).toEqual({ since: 1, underWay: 3 });
    await patchbay("maintenance", "off");
    expect(calls.at(-2)).toEqual({ path: "settings/maintenance:setMaintenance", args: { on: false } });
  });

  it("fails when what is under way outlasts the wait, and refuses a wait that is none", async () => {
    await startFake();
    const ended = await patchbay("maintenance", "on", "--wait", "0", "--json");
    expect(ended.json()).toMatchObject({ error: { code: "still_busy" } });
    expect((await patchbay("maintenance", "on", "--wait", "long", "--json")).json()).toMatchObject({
      error: { code: "usage" },
    });
  });
});

describe("patchbay demo", () => {
  it("prints one line of JSON and nothing else", async () => {
    await startFake();
    const ended = await patchbay("demo", "--count", "5", "--json");
    const summary = { posted: 5, succeeded: 5, failed: 0, duplicates: 0 };
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: `${JSON.stringify(summary)}\n` });
  });

  it("prints the runs and a summary for people", async () => {
    await startFake();
    const ended = await patchbay("demo", "--count", "5");
    expect(ended.code).toBe(0);
    expect(ended.stdout.trimEnd().split("\n").at(-1)).toBe("5 webhooks posted, 5 runs succeeded, 0 failed, none twice");
  });

  it("exits with 1 when anything is off", async () => {
    await startFake({ failRun: "order-1001" });
    const ended = await patchbay("demo", "--count", "5", "--json");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^The demo found something wrong: run .* is failed\n$/);
    expect(ended.json()).toMatchObject({ posted: 5, succeeded: 4, failed: 1, error: { code: "demo_failed" } });
  });

  it.each(["0", "many"])("refuses to post %s webhooks", async (count) => {
    const ended = await patchbay("demo", "--count", count);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain("Give a number from 1 to 100,000.");
  });
});
