import { defineIntegration } from "@patchbay/sdk";
import { basic, bearer, header } from "./connections.ts";
import { request } from "./request.ts";

export const integration = defineIntegration({
  name: "http",
  version: "1.0.0",
  label: "HTTP",
  description: "Call any web API: send a request and work with the answer.",
  color: "#0f62b5",
  icon: "globe",
  category: "core",
  actions: [request],
  connections: [bearer, basic, header],
});
