import { defineIntegration } from "@patchbay/sdk";
import { call } from "./call.ts";
import { giveBack } from "./return.ts";
import { start } from "./start.ts";

export const integration = defineIntegration({
  name: "scenario",
  version: "1.0.0",
  label: "Scenarios",
  description: "Call another scenario with inputs, and use what it returns.",
  color: "#3b4246",
  icon: "workflow",
  category: "flow",
  actions: [call, giveBack],
  triggers: [start],
});
