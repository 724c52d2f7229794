import { httpRouter, makeFunctionReference } from "convex/server";
import { httpAction } from "./builders";
import { requestInHttp } from "./meta";

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

for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] as const) {
  http.route({
    path: "/methods",
    method,
    handler: httpAction(async (_ctx, request) => new Response(`${method} ${request.method} ${await request.text()}`)),
  });
}

http.route({
  pathPrefix: "/prefix/longer/",
  method: "GET",
  handler: httpAction(() => Promise.resolve(new Response("the longer prefix"))),
});

http.route({
  path: "/prefix/exact",
  method: "GET",
  handler: httpAction(() => Promise.resolve(new Response("the exact path"))),
});

http.route({
  path: "/stream",
  method: "GET",
  handler: httpAction(() => {
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (++chunks > 3) controller.close();
        else controller.enqueue(new TextEncoder().encode(`chunk ${chunks};`));
      },
    });
    return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
  }),
});

/** Everything that an HTTP action may do besides answering. */
http.route({
  path: "/everything",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { tag } = (await request.json()) as { tag: string };
    await ctx.runMutation(insert, { tag, value: "by everything" });
    const count = await ctx.runQuery(makeFunctionReference<"query", { tag: string }, number>("forms:countRows"), {
      tag,
    });
    const doubled = await ctx.runAction(makeFunctionReference<"action", { number: number }, number>("forms:double"), {
      number: 2,
    });
    const file = await ctx.storage.store(new Blob(["by http"]));
    const stored = await ctx.storage.get(file);
    await ctx.scheduler.runAfter(
      0,
      makeFunctionReference<"mutation", { tag: string; text: string }>("scheduling:writeLog"),
      { tag, text: "scheduled by http" },
    );
    return Response.json({ count, doubled, text: await stored!.text() });
  }),
});

http.route({
  path: "/redirect",
  method: "GET",
  handler: httpAction(() => Promise.resolve(new Response(null, { status: 302, headers: { location: "/echo" } }))),
});

http.route({ path: "/request", method: "GET", handler: requestInHttp });

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
