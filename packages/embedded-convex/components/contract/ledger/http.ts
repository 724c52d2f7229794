import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server.js";

const http = httpRouter();

http.route({
  path: "/owner",
  method: "GET",
  handler: httpAction(async () => new Response(`${process.env.OWNER} at ${process.env.CONVEX_SITE_URL}`)),
});

export default http;
