import { httpRouter, makeFunctionReference } from "convex/server";
import { httpAction } from "./builders";

const insert = makeFunctionReference<"mutation", { tag: string; value: unknown }, string>("items:insert");
const http = httpRouter();

http.route({
  path: "/echo",
  method: "POST",
  handler: httpAction(async (_ctx, request) => {
    const url = new URL(request.url);
    return Response.json({
      method: request.method,
      path: url.pathname,
      query: url.searchParams.getAll("q"),
      header: request.headers.get("x-case"),
      body: await request.text(),
    });
  }),
});

http.route({
  path: "/insert",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { tag, value } = (await request.json()) as { tag: string; value: unknown };
    const id = await ctx.runMutation(insert, { tag, value });
    return new Response(id, { status: 201, headers: { "content-type": "text/plain", "x-made": "yes" } });
  }),
});

http.route({
  path: "/binary",
  method: "POST",
  handler: httpAction(async (_ctx, request) => {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return new Response(bytes.toReversed(), { headers: { "content-type": "application/octet-stream" } });
  }),
});

http.route({
  path: "/cookies",
  method: "GET",
  handler: httpAction(() => {
    const headers = new Headers();
    headers.append("set-cookie", "a=1; Path=/");
    headers.append("set-cookie", "b=2; Path=/");
    return Promise.resolve(new Response(null, { status: 204, headers }));
  }),
});

http.route({
  path: "/who",
  method: "GET",
  handler: httpAction(async (ctx) => Response.json((await ctx.auth.getUserIdentity())?.subject ?? null)),
});

http.route({
  path: "/throws",
  method: "GET",
  handler: httpAction(() => {
    throw new Error("secret detail of the handler");
  }),
});

http.route({
  pathPrefix: "/prefix/",
  method: "GET",
  handler: httpAction((_ctx, request) => Promise.resolve(new Response(new URL(request.url).pathname))),
});

http.route({
  path: "/.well-known/openid-configuration",
  method: "GET",
  handler: httpAction(() => {
    const issuer = process.env.CONVEX_SITE_URL!;
    return Promise.resolve(Response.json({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` }));
  }),
});

http.route({
  path: "/.well-known/jwks.json",
  method: "GET",
  handler: httpAction(() => {
    const keys = atob(process.env.CONFORMANCE_JWKS!.split(",")[1]!);
    return Promise.resolve(new Response(keys, { headers: { "content-type": "application/json" } }));
  }),
});

export default http;
