import { defineControl } from "@patchbay/sdk";
import { z } from "zod";

export const ifElse = defineControl({
  control: "ifElse",
  name: "ifElse",
  label: "If / else",
  description:
    "Hands each bundle to the first branch whose filter lets it pass, and to no other. The fallback is the else branch.",
  icon: "git-fork",
  typeVersion: 1,
  input: z.object({}),
});
