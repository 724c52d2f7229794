import { manifests } from "@patchbay/catalog/manifests";
import type { Manifest } from "@patchbay/core";
import { expect, it } from "vitest";
import { api, internal } from "../_generated/api.js";
import { createBackend, createOwner, type Backend } from "../test.support.ts";
import { seedIntegrations } from "./model.ts";

const seed = (t: Backend, list: readonly Manifest[]) => t.run((ctx) => seedIntegrations(ctx, list));
const rows = (t: Backend) =>
  t.run(async (ctx) => ({
    integrations: await ctx.db.query("integrations").collect(),
    versions: await ctx.db.query("integrationVersions").collect(),
  }));

it("seeds what the code carries, and repeating it changes nothing", async () => {
  const t = createBackend();
  expect(await t.mutation(internal.integrations.seed.seedIntegrations, {})).toEqual({ changed: manifests.length });
  const before = await rows(t);
  expect(await t.mutation(internal.integrations.seed.seedIntegrations, {})).toEqual({ changed: 0 });
  expect(await rows(t)).toEqual(before);
  const { client } = await createOwner(t);
  const listed = await client.query(api.integrations.queries.listIntegrations, {});
  expect(listed.map(({ name }) => name)).toEqual(manifests.map(({ name }) => name).sort());
  expect(listed.map(({ manifest }) => JSON.parse(manifest) as Manifest)).toEqual(
    expect.arrayContaining([...manifests]),
  );
});

it("keeps old versions, with exactly one latest, also after going back to older code", async () => {
  const t = createBackend();
  const [first] = manifests;
  const older = { ...first!, version: "0.9.0" };
  const newer = { ...first!, version: "9.0.0", label: "Newer" };
  const latest = async () => {
    const { integrations, versions } = await rows(t);
    expect(integrations.map((row) => row.latestVersion)).toEqual(
      versions.filter((row) => row.isLatest).map((row) => row.version),
    );
    return integrations[0]?.latestVersion;
  };
  await seed(t, [older]);
  expect(await latest()).toBe("0.9.0");
  await seed(t, [newer]);
  expect(await latest()).toBe("9.0.0");
  await seed(t, [older]);
  expect(await latest()).toBe("0.9.0");
  expect((await rows(t)).versions).toHaveLength(2);
});

it("takes in a changed manifest of the same version", async () => {
  const t = createBackend();
  const [first] = manifests;
  await seed(t, [first!]);
  expect(await seed(t, [{ ...first!, description: "Changed" }])).toEqual({ changed: 1 });
  expect((await rows(t)).versions).toMatchObject([{ manifest: expect.stringContaining("Changed") as string }]);
});
