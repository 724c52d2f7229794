import { cronJobs } from "convex/server";
import { internal } from "./_generated/api.js";

const crons = cronJobs();

crons.interval("sweep runs", { seconds: 10 }, internal.runs.sweeper.sweep, {});
crons.interval("sweep schedules", { minutes: 1 }, internal.schedules.tick.sweep, {});
crons.interval("sweep polls", { minutes: 1 }, internal.polling.progress.sweep, {});
crons.interval("clean old runs", { hours: 1 }, internal.runs.retention.clean, {});
crons.interval("clean audit log", { hours: 24 }, internal.audit.maintenance.clean, {});
crons.interval("clean sign-in attempts", { hours: 24 }, internal.auth.internal.cleanAttempts, {});
crons.interval("clean expired sessions", { hours: 24 }, internal.auth.internal.cleanSessions, {});

export default crons;
