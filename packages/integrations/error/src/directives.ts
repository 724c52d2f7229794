import { defineControl, field, jsonValue } from "@patchbay/sdk";
import { z } from "zod";

/** The failed node counts as done, with substitute output. */
export const resume = defineControl({
  control: "resume",
  name: "resume",
  label: "Resume",
  description: "Goes on after the failed node as if it had given this output.",
  icon: "rotate-ccw",
  typeVersion: 1,
  input: z.object({
    output: jsonValue()
      .optional()
      .meta(
        field({
          label: "Output",
          description: "What later nodes read instead of the failed node's output: an object with the same fields.",
          control: "json",
          examples: ['{ "status": 200, "body": { "id": null } }'],
        }),
      ),
  }),
});

/** The bundle ends here, the run goes on. */
export const ignore = defineControl({
  control: "ignore",
  name: "ignore",
  label: "Ignore",
  description: "Drops the bundle that failed and goes on with the next one. The run still succeeds.",
  icon: "circle-slash",
  typeVersion: 1,
  input: z.object({}),
});

/** The run waits for a person or for its own retries. */
export const breakRun = defineControl({
  control: "break",
  name: "break",
  label: "Break",
  description: "Keeps the run as incomplete, with everything needed to go on, and tries again by itself if you want.",
  icon: "octagon-pause",
  typeVersion: 1,
  input: z.object({
    attempts: z
      .number()
      .int()
      .min(0)
      .max(10)
      .default(0)
      .meta(
        field({
          label: "Automatic retries",
          description: "How often the run is tried again by itself. With 0 it waits for a person.",
          control: "number",
        }),
      ),
    intervalSeconds: z
      .number()
      .int()
      .min(1)
      .max(86_400)
      .default(900)
      .meta(
        field({
          label: "Pause before the first retry",
          description: "Doubles with each further retry.",
          control: "duration",
          advanced: true,
        }),
      ),
  }),
});

/** The run ends well, whatever is left to do. */
export const commit = defineControl({
  control: "commit",
  name: "commit",
  label: "Commit",
  description: "Ends the run as succeeded: what was done stays done, the rest is left out.",
  icon: "circle-check",
  typeVersion: 1,
  input: z.object({}),
});

/** The run ends as failed, with the error that was met. */
export const rollback = defineControl({
  control: "rollback",
  name: "rollback",
  label: "Rollback",
  description:
    "Ends the run as failed at once. What apps have already done is not undone; undo it on the route before this.",
  icon: "circle-x",
  typeVersion: 1,
  input: z.object({}),
});
