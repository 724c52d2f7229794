import { defineComponent } from "convex/server";
import { v } from "convex/values";
import ledger from "../ledger/convex.config.js";

const component = defineComponent("vault", {
  env: { GREETING: v.string(), LABEL: v.string(), LEVEL: v.optional(v.union(v.literal("low"), v.literal("high"))) },
});
component.use(ledger, { httpPrefix: "/ledger/", env: { OWNER: component.env.LABEL } });
export default component;
