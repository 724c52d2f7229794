import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server.js";

const http = httpRouter();

http.route({ path: "/own", method: "GET", handler: httpAction(async () => new Response("the app's own")) });
http.route({ path: "/vault/own", method: "GET", handler: httpAction(async () => new Response("more specific")) });

export default http;
