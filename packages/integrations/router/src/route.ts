import { defineControl } from "@patchbay/sdk";
import { z } from "zod";

export const route = defineControl({
  control: "router",
  name: "route",
  label: "Router",
  description:
    "Hands each bundle to its routes, one after another. A filter on a route decides what passes; a fallback route takes what no other route took.",
  icon: "split",
  typeVersion: 1,
  input: z.object({}),
});
