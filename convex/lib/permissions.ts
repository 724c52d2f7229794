import { v, type Infer } from "convex/values";

/** What a member or an API key may do in an organization (design 03). */
export const permissions = [
  "scenario:create",
  "scenario:read",
  "scenario:update",
  "scenario:delete",
  "scenario:execute",
  "scenario:publish",
  "scenario:admin",
  "connection:create",
  "connection:read",
  "connection:update",
  "connection:delete",
  "connection:test",
  "org:member:invite",
  "org:member:remove",
  "org:member:role:update",
  "org:settings:update",
] as const;
export type Permission = (typeof permissions)[number];

export const roleValidator = v.union(v.literal("viewer"), v.literal("member"), v.literal("admin"), v.literal("owner"));
export type Role = Infer<typeof roleValidator>;

const viewer: readonly Permission[] = ["scenario:read", "connection:read"];
const member: readonly Permission[] = [
  ...viewer,
  "scenario:create",
  "scenario:update",
  "scenario:execute",
  "scenario:publish",
  "connection:test",
];

/** Naming owners is not a permission: only an owner may, whatever was granted (checked where roles are changed). */
const rolePermissions: Record<Role, readonly Permission[]> = { viewer, member, admin: permissions, owner: permissions };

/** The permissions of a role, and those granted to the one member. Unknown grants (of an older release) are ignored. */
export function permissionsOf(role: Role, grants: readonly string[] = []): ReadonlySet<Permission> {
  const granted = permissions.filter((permission) => grants.includes(permission));
  return new Set([...rolePermissions[role], ...granted]);
}
