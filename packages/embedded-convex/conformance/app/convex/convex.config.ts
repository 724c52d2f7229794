import { defineApp } from "convex/server";
import shelf from "./shelf/convex.config.js";

const app = defineApp();
app.use(shelf);
app.use(shelf, { name: "attic" });
export default app;
