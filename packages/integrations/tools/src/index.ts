import { defineIntegration } from "@patchbay/sdk";
import { aggregate } from "./aggregate.ts";
import { delay } from "./delay.ts";
import { iterate } from "./iterate.ts";
import { setVariables } from "./setVariables.ts";

export const integration = defineIntegration({
  name: "tools",
  version: "1.0.0",
  label: "Tools",
  description: "Variables, pauses, lists: what most scenarios need between two apps.",
  color: "#3b4246",
  icon: "variable",
  category: "flow",
  actions: [setVariables, delay, iterate, aggregate],
});
