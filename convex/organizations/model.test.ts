import { expect, it } from "vitest";
import { api } from "../_generated/api.js";
import { permissionsOf } from "../lib/permissions.ts";
import { codeOf, createBackend, createMember, createOwner, signedIn } from "../test.support.ts";

it("gives a new owner an organization with a sample that is published and switched on", async () => {
  const t = createBackend();
  const { client, organizationId, userId } = await createOwner(t);
  const viewer = await client.query(api.organizations.queries.getViewer, {});
  expect(viewer?.user.id).toBe(userId);
  expect(viewer?.organizations).toHaveLength(1);
  expect(viewer?.organizations[0]).toMatchObject({ id: organizationId, role: "owner" });
  expect(viewer?.organizations[0]?.permissions).toContain("scenario:admin");
  const args = { organizationId, paginationOpts: { numItems: 10, cursor: null } };
  const { page } = await client.query(api.scenarios.queries.listScenarios, args);
  expect(page).toHaveLength(1);
  expect(page[0]).toMatchObject({ name: "Hello, webhook", enabled: true, publishedVersion: 1, hasDraftChanges: false });
});

it("shows visitors nobody, nor a session whose account is gone", async () => {
  const t = createBackend();
  expect(await t.query(api.organizations.queries.getViewer, {})).toBeNull();
  const { userId } = await createOwner(t);
  await t.run((ctx) => ctx.db.delete("users", userId));
  expect(await signedIn(t, userId).query(api.organizations.queries.getViewer, {})).toBeNull();
  expect(await signedIn(t, "nonsense" as typeof userId).query(api.organizations.queries.getViewer, {})).toBeNull();
});

it("lists every organization that a person belongs to, with what they may do there", async () => {
  const t = createBackend();
  const owner = await createOwner(t);
  const member = await createMember(t, owner.organizationId, "viewer");
  const viewer = await member.client.query(api.organizations.queries.getViewer, {});
  const there = viewer?.organizations.find((organization) => organization.id === owner.organizationId);
  expect(there).toMatchObject({ role: "viewer", permissions: ["scenario:read", "connection:read"] });
  expect(viewer?.organizations).toHaveLength(2);
});

it("renames an organization, once, and tells the name it had", async () => {
  const t = createBackend();
  const { client, organizationId } = await createOwner(t);
  const rename = (name: string) =>
    client.mutation(api.organizations.mutations.updateOrganization, { organizationId, name });
  await rename("  Acme Publishing ");
  await rename("Acme Publishing");
  const viewer = await client.query(api.organizations.queries.getViewer, {});
  expect(viewer?.organizations[0]?.name).toBe("Acme Publishing");
  const args = { organizationId, paginationOpts: { numItems: 10, cursor: null } };
  const { page } = await client.query(api.audit.queries.listAuditEntries, args);
  const renames = page.filter((entry) => entry.action === "organization.renamed");
  expect(renames).toHaveLength(1);
  expect(renames[0]).toMatchObject({ resourceName: "Acme Publishing" });
  expect(renames[0]?.details).toMatch(/^\{"before":"Person \d+'s organization"\}$/);
  expect(await codeOf(rename("   "))).toBe("invalid");
  expect(await codeOf(rename("x".repeat(101)))).toBe("invalid");
});

it("adds single grants to the role's permissions, and ignores unknown ones", () => {
  expect(permissionsOf("viewer", ["scenario:publish", "system:admin"])).toEqual(
    new Set(["scenario:read", "connection:read", "scenario:publish"]),
  );
});
