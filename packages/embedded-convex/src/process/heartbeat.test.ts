import { expect, it } from "vitest";
import { SharedHeartbeat } from "./heartbeat.ts";

it("counts functions apart from the database's own work, and commits, as another thread sees them", () => {
  const own = new SharedHeartbeat();
  const seen = new SharedHeartbeat(own.buffer);
  expect(seen.work()).toEqual({ functions: 0, transactions: 0, commits: 0 });
  for (const label of ["call 1", "call 2", "job 3", "scheduler", "prune"]) own.enter(label);
  own.committing();
  own.answering();
  own.committing();
  expect(seen.work()).toEqual({ functions: 3, transactions: 5, commits: 2 });
  expect(seen.read()).toMatchObject({ label: "prune", sequence: 5 });
});
