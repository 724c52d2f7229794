import { cronJobs, makeFunctionReference } from "convex/server";

const write = makeFunctionReference<"mutation", { tag: string; text: string }, null>("scheduling:writeLog");
const crons = cronJobs();

crons.interval("every second", { seconds: 1 }, write, { tag: "crons", text: "secondly" });
crons.interval("every week", { hours: 24 * 7 }, write, { tag: "crons", text: "weekly" });
crons.cron("on new year's eve", "59 23 31 12 *", write, { tag: "crons", text: "yearly" });

export default crons;
