// Made by scripts/generate.mjs from packages/integrations. Do not edit.
import type { Integration } from "@patchbay/sdk";
import { integration as errorIntegration } from "@patchbay/integration-error";
import { integration as httpIntegration } from "@patchbay/integration-http";
import { integration as routerIntegration } from "@patchbay/integration-router";
import { integration as scenarioIntegration } from "@patchbay/integration-scenario";
import { integration as scheduleIntegration } from "@patchbay/integration-schedule";
import { integration as toolsIntegration } from "@patchbay/integration-tools";
import { integration as webhookIntegration } from "@patchbay/integration-webhook";

export const integrations: readonly Integration[] = [
  errorIntegration,
  httpIntegration,
  routerIntegration,
  scenarioIntegration,
  scheduleIntegration,
  toolsIntegration,
  webhookIntegration,
];
