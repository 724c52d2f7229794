import { httpRouter } from "convex/server";
import { internal } from "./_generated/api.js";
import { httpAction } from "./_generated/server.js";
import type { Id } from "./_generated/dataModel.js";

const http = httpRouter();

http.route({
  path: "/hook",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { channel, body } = (await request.json()) as { channel: Id<"channels">; body: string };
    await ctx.runMutation(internal.messages.record, { channel, body });
    return Response.json({ ok: true });
  }),
});

http.route({
  path: "/stream",
  method: "GET",
  handler: httpAction(async () => {
    const stream = new ReadableStream<Uint8Array>({
      async start(controller) {
        for (const part of ["one ", "two ", "three"]) {
          controller.enqueue(new TextEncoder().encode(part));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        controller.close();
      },
    });
    const headers = new Headers({ "content-type": "text/plain" });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    return new Response(stream, { headers });
  }),
});

export default http;
