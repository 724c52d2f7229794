import { defineComponent } from "convex/server";
import cards from "./cards/convex.config.js";

const component = defineComponent("shelf");
component.use(cards);
export default component;
