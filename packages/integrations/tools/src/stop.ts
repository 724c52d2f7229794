import { defineControl, field } from "@patchbay/sdk";
import { z } from "zod";

export const stop = defineControl({
  control: "stop",
  name: "stop",
  label: "Stop",
  description: "Ends the run here, whatever is left to do: as succeeded, or as failed with a message.",
  icon: "square",
  typeVersion: 1,
  input: z.object({
    outcome: z
      .enum(["succeeded", "failed"])
      .default("succeeded")
      .meta(field({ label: "The run has", control: "select", enumLabels: ["Succeeded", "Failed"] })),
    message: z
      .string()
      .max(2_000)
      .default("")
      .meta(
        field({
          label: "Message",
          description: "Why, for the run page.",
          control: "text",
          showWhen: { field: "outcome", values: ["failed"] },
        }),
      ),
  }),
});
