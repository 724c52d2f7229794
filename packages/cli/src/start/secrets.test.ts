import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dataFiles } from "./dataFolder.ts";
import { formatEnvFile, loadAdminKey, loadSecrets, parseEnvFile, secretNames } from "./secrets.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "secrets-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const putData = async () => {
  await mkdir(join(folder, dataFiles.convex), { recursive: true });
  await writeFile(join(folder, dataFiles.convex, "db.sqlite"), "data");
};

describe("loadSecrets", () => {
  it("generates secrets for an empty folder, in a file only the owner can read, and keeps them", async () => {
    const first = await loadSecrets(folder, {});
    expect((await stat(join(folder, dataFiles.secrets))).mode & 0o777).toBe(0o600);
    expect(Object.keys(first).sort()).toEqual([...secretNames].sort());
    await putData();
    expect(await loadSecrets(folder, {})).toEqual(first);
  });

  it("stops and names the secret that is missing when data is present", async () => {
    await putData();
    await expect(loadSecrets(folder, {})).rejects.toThrow(/PATCHBAY_KEYRING/);
    await expect(loadSecrets(folder, {})).rejects.toThrow(/JWT_PRIVATE_KEY/);
    await expect(stat(join(folder, dataFiles.secrets))).rejects.toThrow();
  });

  it("names only the missing one when the file lost a line", async () => {
    const all = await loadSecrets(folder, {});
    await putData();
    const { JWKS: _lost, ...rest } = all;
    await writeFile(join(folder, dataFiles.secrets), formatEnvFile(rest), { mode: 0o600 });
    await expect(loadSecrets(folder, {})).rejects.toThrow(/needs the secret JWKS,/);
  });

  it("takes secrets from the environment before the file", async () => {
    await loadSecrets(folder, {});
    await putData();
    expect((await loadSecrets(folder, { JWKS: "given" })).JWKS).toBe("given");
  });

  it("refuses a file that others can read", async () => {
    await loadSecrets(folder, {});
    await chmod(join(folder, dataFiles.secrets), 0o644);
    await expect(loadSecrets(folder, {})).rejects.toThrow(/chmod 600/);
  });
});

describe("loadAdminKey", () => {
  it("makes one key and keeps it private", async () => {
    const key = await loadAdminKey(folder);
    expect(key).toMatch(/^patchbay\|[0-9a-f]{64}$/);
    expect(await loadAdminKey(folder)).toBe(key);
    expect((await stat(join(folder, dataFiles.adminKey))).mode & 0o777).toBe(0o600);
    expect((await readFile(join(folder, dataFiles.adminKey), "utf8")).trim()).toBe(key);
  });
});

describe("env files", () => {
  it("keep values with equal signs and quotes as they are", () => {
    const values = { A: "x=y", B: '{"k":"v # no comment"}' };
    expect(parseEnvFile(`# comment\n${formatEnvFile(values)}`)).toEqual(values);
  });
});
