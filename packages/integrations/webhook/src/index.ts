import { defineIntegration } from "@patchbay/sdk";
import { receive } from "./receive.ts";
import { respond } from "./respond.ts";

export const integration = defineIntegration({
  name: "webhook",
  version: "1.0.0",
  label: "Webhooks",
  description: "Start a scenario by a request to its own address, and answer the caller.",
  color: "#b0265c",
  icon: "webhook",
  category: "core",
  triggers: [receive],
  actions: [respond],
});
