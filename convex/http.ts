/** Wiring only: which address leads to which handler. */
import { httpRouter, type RoutableMethod } from "convex/server";
import { handleApiRequest } from "./api/v1/http.ts";
import { auth } from "./auth.ts";
import { health } from "./settings/health.ts";
import { handleResume } from "./waits/http.ts";
import { handleWebhook } from "./webhooks/http.ts";

const http = httpRouter();

auth.addHttpRoutes(http);
http.route({ path: "/health", method: "GET", handler: health });

const methods: RoutableMethod[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
for (const method of methods) {
  http.route({ pathPrefix: "/hooks/", method, handler: handleWebhook });
  http.route({ pathPrefix: "/resume/", method, handler: handleResume });
  http.route({ path: "/api/v1", method, handler: handleApiRequest });
  http.route({ pathPrefix: "/api/v1/", method, handler: handleApiRequest });
}

export default http;
