import { defineApp } from "convex/server";
import { v } from "convex/values";
import vault from "../vault/convex.config.js";

const app = defineApp({
  env: { GREETING: v.string(), LEVEL: v.optional(v.union(v.literal("low"), v.literal("high"))) },
});
app.use(vault, { httpPrefix: "/vault", env: { GREETING: app.env.GREETING, LABEL: "first", LEVEL: app.env.LEVEL } });
app.use(vault, { name: "spare", env: { GREETING: "fixed", LABEL: "second" } });
export default app;
