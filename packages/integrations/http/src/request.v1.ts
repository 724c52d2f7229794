/** The first typeVersion of `http.request`: its timeout was in milliseconds, unlike every other duration. */
import { definePrevious, field } from "@patchbay/sdk";
import { z } from "zod";
import { requestInput } from "./input.ts";
import { request } from "./request.ts";

const requestInputV1 = requestInput.omit({ timeoutSeconds: true }).extend({
  timeoutMs: z
    .number()
    .int()
    .min(1_000)
    .max(300_000)
    .default(30_000)
    .meta(
      field({
        label: "Timeout in milliseconds",
        description: "How long to wait for the whole answer: 1,000 to 300,000.",
        control: "number",
        advanced: true,
      }),
    ),
});

const url = "https://api.example.com/orders";

export const requestV1 = definePrevious(request, {
  typeVersion: 1,
  input: requestInputV1,
  changes: "The timeout is given in seconds instead of milliseconds.",
  upgrade({ timeoutMs, ...config }, { look, refuse }) {
    if (timeoutMs === undefined || timeoutMs === null || timeoutMs === "") return config;
    const seen = look(timeoutMs);
    switch (seen.kind) {
      case "formula":
        return { ...config, timeoutSeconds: `{{(${seen.text}) / 1000}}` };
      case "mixed":
        return refuse("The timeout mixes text and formulas. Make it a single formula, or a number, first.");
      case "literal": {
        const milliseconds = Number(timeoutMs);
        if (!Number.isFinite(milliseconds)) return refuse(`The timeout ${JSON.stringify(timeoutMs)} is not a number.`);
        return { ...config, timeoutSeconds: milliseconds / 1_000 };
      }
    }
  },
  fixtures: [
    { before: { url }, after: { url } },
    { before: { url, timeoutMs: 1_500 }, after: { url, timeoutSeconds: 1.5 } },
    { before: { url, timeoutMs: "60000" }, after: { url, timeoutSeconds: 60 } },
    {
      before: { url, timeoutMs: "{{1.body.patience + 100}}" },
      after: { url, timeoutSeconds: "{{(1.body.patience + 100) / 1000}}" },
    },
    {
      before: { url, timeoutMs: "{{1.body.seconds}}000" },
      after: { refused: "The timeout mixes text and formulas. Make it a single formula, or a number, first." },
    },
    { before: { url, timeoutMs: "soon" }, after: { refused: 'The timeout "soon" is not a number.' } },
  ],
});
