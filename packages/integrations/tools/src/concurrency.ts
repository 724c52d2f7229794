import { field } from "@patchbay/sdk";
import { z } from "zod";

/** How many bundles of an iterating node are processed side by side. */
export const concurrency = () =>
  z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(1)
    .meta(
      field({
        label: "At the same time",
        description:
          "How many bundles are processed side by side, up to 20. An aggregator still collects them in their order; what the nodes do outside happens in any order.",
        control: "number",
        advanced: true,
        literal: true,
        examples: [5],
      }),
    );
