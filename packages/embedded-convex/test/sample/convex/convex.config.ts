import { defineApp } from "convex/server";
import counter from "../components/counter/convex.config.js";

const app = defineApp();
app.use(counter);
app.use(counter, { name: "second" });
export default app;
