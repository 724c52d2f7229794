import { connectionOperations } from "./connectionOperations.ts";
import { incompleteOperations } from "./incompleteOperations.ts";
import { meOperations } from "./meOperations.ts";
import type { Operation } from "./operation.ts";
import { queueOperations } from "./queueOperations.ts";
import { pollingOperations } from "./pollingOperations.ts";
import { runOperations } from "./runOperations.ts";
import { scenarioOperations } from "./scenarioOperations.ts";
import { upgradeOperations } from "./upgradeOperations.ts";
import { versionOperations } from "./versionOperations.ts";
import { waitOperations } from "./waitOperations.ts";
import { webhookOperations } from "./webhookOperations.ts";

/** Everything that the HTTP API can do. The router, the checks and the OpenAPI document are made from it. */
export const operations: readonly Operation[] = [
  ...meOperations,
  ...scenarioOperations,
  ...upgradeOperations,
  ...versionOperations,
  ...connectionOperations,
  ...incompleteOperations,
  ...runOperations,
  ...waitOperations,
  ...webhookOperations,
  ...queueOperations,
  ...pollingOperations,
];
