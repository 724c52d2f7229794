import { defineIntegration } from "@patchbay/sdk";
import { basic, bearer, header } from "./connections.ts";
import { request } from "./request.ts";
import { requestV1 } from "./request.v1.ts";
import { watchList } from "./watchList.ts";

export const integration = defineIntegration({
  name: "http",
  version: "1.2.0",
  label: "HTTP",
  description: "Call any web API: send a request and work with the answer.",
  color: "#0f62b5",
  icon: "globe",
  category: "core",
  actions: [request, requestV1],
  triggers: [watchList],
  connections: [bearer, basic, header],
});
