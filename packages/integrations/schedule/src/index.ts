import { defineIntegration } from "@patchbay/sdk";
import { tick } from "./tick.ts";

export const integration = defineIntegration({
  name: "schedule",
  version: "1.0.0",
  label: "Schedule",
  description: "Start a scenario by the clock.",
  color: "#3b4246",
  icon: "clock",
  category: "core",
  actions: [],
  triggers: [tick],
});
