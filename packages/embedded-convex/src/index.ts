export { startDeployment } from "./process/deployment.ts";
export { StuckError, type DeploymentOptions, type RunningDeployment } from "./process/deploymentContract.ts";
export type { SyncMode } from "./store/sqlite.ts";
