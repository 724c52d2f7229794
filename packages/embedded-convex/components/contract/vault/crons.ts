import { cronJobs } from "convex/server";
import { internal } from "./_generated/api.js";

const crons = cronJobs();
crons.interval("tick", { seconds: 1 }, internal.ticking.tick, { kind: "mutation" });
crons.interval("tick from an action", { seconds: 1 }, internal.ticking.tickFromAction);
export default crons;
