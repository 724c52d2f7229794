import { defineIntegration } from "@patchbay/sdk";
import { basic, bearer, header } from "./connections.ts";
import { request } from "./request.ts";
import { requestV1 } from "./request.v1.ts";

export const integration = defineIntegration({
  name: "http",
  version: "1.1.0",
  label: "HTTP",
  description: "Call any web API: send a request and work with the answer.",
  color: "#0f62b5",
  icon: "globe",
  category: "core",
  actions: [request, requestV1],
  connections: [bearer, basic, header],
});
