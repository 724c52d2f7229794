"use node";

import { createHash } from "node:crypto";
import { v } from "convex/values";
import { action } from "./builders";

/** A Node action. */
export const digest = action({
  args: { text: v.string() },
  handler: (_ctx, { text }) => createHash("sha256").update(text).digest("hex"),
});
