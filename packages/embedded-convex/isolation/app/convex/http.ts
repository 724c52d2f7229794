import { httpActionGeneric, httpRouter } from "convex/server";
import { doHarm } from "./harm";

const http = httpRouter();
http.route({
  pathPrefix: "/harm/",
  method: "GET",
  handler: httpActionGeneric(async (_ctx, request) => {
    await doHarm(new URL(request.url).pathname.slice("/harm/".length));
    return new Response("survived");
  }),
});
http.route({ path: "/echo", method: "GET", handler: httpActionGeneric(async () => new Response("echo")) });

export default http;
