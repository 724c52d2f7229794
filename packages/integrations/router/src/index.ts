import { defineControl, defineIntegration } from "@patchbay/sdk";
import { z } from "zod";

const route = defineControl({
  control: "router",
  name: "route",
  label: "Router",
  description:
    "Hands each bundle to its routes, one after another. A filter on a route decides what passes; a fallback route takes what no other route took.",
  icon: "split",
  typeVersion: 1,
  input: z.object({}),
});

export const integration = defineIntegration({
  name: "router",
  version: "1.0.0",
  label: "Router",
  description: "Split a scenario into routes.",
  color: "#3b4246",
  icon: "split",
  category: "flow",
  actions: [route],
});
