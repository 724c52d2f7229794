import { notFound } from "../../lib/errors.ts";
import { apiQueryOperation, type Operation } from "./operation.ts";
import { meSchema } from "./schemas.ts";

export const meOperations: Operation[] = [
  apiQueryOperation({
    id: "getMe",
    method: "GET",
    path: "/me",
    summary: "Whom the key acts for, where, and what they may do",
    permission: null,
    status: 200,
    response: meSchema,
    handler: async (ctx) => {
      const { organizationId, userId, role, permissions } = ctx.actor;
      const user = await ctx.db.get("users", userId);
      const organization = await ctx.db.get("organizations", organizationId);
      if (user === null || organization === null) throw notFound("account");
      return {
        user: { id: userId, name: user.name ?? "", email: user.email ?? "" },
        organization: { id: organizationId, name: organization.name },
        role,
        permissions: [...permissions],
      };
    },
  }),
];
