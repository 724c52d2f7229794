import { defineSchema } from "convex/server";
import { apiKeyTables } from "./apiKeys/tables.ts";
import { auditTables } from "./audit/tables.ts";
import { accountTables } from "./auth/tables.ts";
import { connectionTables } from "./connections/tables.ts";
import { draftTables } from "./drafts/tables.ts";
import { integrationTables } from "./integrations/tables.ts";
import { organizationTables } from "./organizations/tables.ts";
import { queueTables } from "./queue/tables.ts";
import { callTables } from "./runs/callTables.ts";
import { pollingTables } from "./polling/tables.ts";
import { retentionTables } from "./retention/tables.ts";
import { runTables } from "./runs/tables.ts";
import { scenarioTables } from "./scenarios/tables.ts";
import { scheduleTables } from "./schedules/tables.ts";
import { settingTables } from "./settings/tables.ts";
import { versionTables } from "./versions/tables.ts";
import { waitTables } from "./waits/tables.ts";
import { webhookTables } from "./webhooks/tables.ts";

export default defineSchema({
  ...accountTables,
  ...organizationTables,
  ...apiKeyTables,
  ...auditTables,
  ...scenarioTables,
  ...draftTables,
  ...versionTables,
  ...connectionTables,
  ...integrationTables,
  ...settingTables,
  ...retentionTables,
  ...runTables,
  ...queueTables,
  ...callTables,
  ...scheduleTables,
  ...waitTables,
  ...pollingTables,
  ...webhookTables,
});
