export { startDeployment, StuckError } from "./process/deployment.ts";
export type { DeploymentOptions, RunningDeployment } from "./process/deployment.ts";
export type { SyncMode } from "./store/sqlite.ts";
