import { httpRouter } from "convex/server";
import { ConvexError } from "convex/values";
import { httpAction } from "./builders.ts";

const http = httpRouter();

http.route({
  path: "/throws",
  method: "GET",
  handler: httpAction(() => {
    throw new TypeError("the secret of the handler");
  }),
});

http.route({
  path: "/throws-data",
  method: "GET",
  handler: httpAction(() => {
    throw new ConvexError({ code: "known" });
  }),
});

http.route({
  path: "/meta",
  method: "GET",
  handler: httpAction(async (ctx) => Response.json(await ctx.meta.getRequestMetadata())),
});

export default http;
