import { httpRouter } from "convex/server";
import { api } from "./_generated/api.js";
import { httpAction } from "./_generated/server.js";

const http = httpRouter();

http.route({
  path: "/notes",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { tag, text } = (await request.json()) as { tag: string; text: string };
    await ctx.runMutation(api.notes.add, { tag, text });
    return Response.json({ notes: await ctx.runQuery(api.notes.list, { tag }) }, { status: 201 });
  }),
});

http.route({
  pathPrefix: "/echo/",
  method: "GET",
  handler: httpAction(async (ctx, request) =>
    Response.json({
      url: request.url,
      site: process.env.CONVEX_SITE_URL,
      who: (await ctx.auth.getUserIdentity())?.subject ?? null,
    }),
  ),
});

export default http;
