import { defineIntegration } from "@patchbay/sdk";
import { ifElse } from "./ifElse.ts";
import { merge } from "./merge.ts";
import { route } from "./route.ts";

export const integration = defineIntegration({
  name: "router",
  version: "1.0.0",
  label: "Router",
  description: "Split a scenario into routes.",
  color: "#3b4246",
  icon: "split",
  category: "flow",
  actions: [route, ifElse, merge],
});
