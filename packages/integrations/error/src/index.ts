import { defineIntegration } from "@patchbay/sdk";
import { breakRun, commit, ignore, resume, rollback } from "./directives.ts";

export const integration = defineIntegration({
  name: "error",
  version: "1.0.0",
  label: "Error handling",
  description: "Decide how a scenario goes on when a node has failed. These nodes end an error route.",
  color: "#3b4246",
  icon: "circle-slash",
  category: "flow",
  actions: [resume, ignore, breakRun, commit, rollback],
});
