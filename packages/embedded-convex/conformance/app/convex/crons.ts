import { cronJobs, makeFunctionReference } from "convex/server";

const write = makeFunctionReference<"mutation", { tag: string; text: string }, null>("scheduling:writeLog");
const crons = cronJobs();

crons.interval("every second", { seconds: 1 }, write, { tag: "crons", text: "secondly" });
crons.interval("every week", { hours: 24 * 7 }, write, { tag: "crons", text: "weekly" });
crons.cron("on new year's eve", "59 23 31 12 *", write, { tag: "crons", text: "yearly" });
crons.interval("every month, roughly", { minutes: 30 * 24 * 60 }, write, { tag: "crons", text: "by minutes" });
crons.hourly("every hour", { minuteUTC: 17 }, write, { tag: "crons", text: "hourly" });
crons.daily("every day", { hourUTC: 3, minuteUTC: 5 }, write, { tag: "crons", text: "daily" });
crons.weekly("every sunday", { dayOfWeek: "sunday", hourUTC: 4, minuteUTC: 6 }, write, {
  tag: "crons",
  text: "sundays",
});
crons.monthly("every first", { day: 1, hourUTC: 5, minuteUTC: 7 }, write, { tag: "crons", text: "monthly" });

export default crons;
