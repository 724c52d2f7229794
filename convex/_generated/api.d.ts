/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as api_v1_dispatch from "../api/v1/dispatch.js";
import type * as api_v1_http from "../api/v1/http.js";
import type * as api_v1_incompleteOperations from "../api/v1/incompleteOperations.js";
import type * as api_v1_match from "../api/v1/match.js";
import type * as api_v1_meOperations from "../api/v1/meOperations.js";
import type * as api_v1_openapi from "../api/v1/openapi.js";
import type * as api_v1_operation from "../api/v1/operation.js";
import type * as api_v1_request from "../api/v1/request.js";
import type * as api_v1_runOperations from "../api/v1/runOperations.js";
import type * as api_v1_scenarioOperations from "../api/v1/scenarioOperations.js";
import type * as api_v1_schemas from "../api/v1/schemas.js";
import type * as api_v1_table from "../api/v1/table.js";
import type * as api_v1_upgradeOperations from "../api/v1/upgradeOperations.js";
import type * as api_v1_versionOperations from "../api/v1/versionOperations.js";
import type * as apiKeys_actions from "../apiKeys/actions.js";
import type * as apiKeys_admin from "../apiKeys/admin.js";
import type * as apiKeys_authenticate from "../apiKeys/authenticate.js";
import type * as apiKeys_internal from "../apiKeys/internal.js";
import type * as apiKeys_key from "../apiKeys/key.js";
import type * as apiKeys_limits from "../apiKeys/limits.js";
import type * as apiKeys_model from "../apiKeys/model.js";
import type * as apiKeys_mutations from "../apiKeys/mutations.js";
import type * as apiKeys_queries from "../apiKeys/queries.js";
import type * as apiKeys_tables from "../apiKeys/tables.js";
import type * as audit_maintenance from "../audit/maintenance.js";
import type * as audit_model from "../audit/model.js";
import type * as audit_queries from "../audit/queries.js";
import type * as audit_resources from "../audit/resources.js";
import type * as audit_tables from "../audit/tables.js";
import type * as auth from "../auth.js";
import type * as auth_actions from "../auth/actions.js";
import type * as auth_admin from "../auth/admin.js";
import type * as auth_attempts from "../auth/attempts.js";
import type * as auth_internal from "../auth/internal.js";
import type * as auth_model from "../auth/model.js";
import type * as auth_passwords from "../auth/passwords.js";
import type * as auth_queries from "../auth/queries.js";
import type * as auth_sessions from "../auth/sessions.js";
import type * as auth_tables from "../auth/tables.js";
import type * as auth_tickets from "../auth/tickets.js";
import type * as connections_actions from "../connections/actions.js";
import type * as connections_internal from "../connections/internal.js";
import type * as connections_model from "../connections/model.js";
import type * as connections_mutations from "../connections/mutations.js";
import type * as connections_queries from "../connections/queries.js";
import type * as connections_secrets from "../connections/secrets.js";
import type * as connections_tables from "../connections/tables.js";
import type * as crons from "../crons.js";
import type * as drafts_model from "../drafts/model.js";
import type * as drafts_mutations from "../drafts/mutations.js";
import type * as drafts_queries from "../drafts/queries.js";
import type * as drafts_read from "../drafts/read.js";
import type * as drafts_tables from "../drafts/tables.js";
import type * as functions from "../functions.js";
import type * as http from "../http.js";
import type * as integrations_model from "../integrations/model.js";
import type * as integrations_queries from "../integrations/queries.js";
import type * as integrations_seed from "../integrations/seed.js";
import type * as integrations_tables from "../integrations/tables.js";
import type * as lib_bytes from "../lib/bytes.js";
import type * as lib_crypto from "../lib/crypto.js";
import type * as lib_env from "../lib/env.js";
import type * as lib_errors from "../lib/errors.js";
import type * as lib_ids from "../lib/ids.js";
import type * as lib_json from "../lib/json.js";
import type * as lib_keyring from "../lib/keyring.js";
import type * as lib_pagination from "../lib/pagination.js";
import type * as lib_permissions from "../lib/permissions.js";
import type * as lib_request from "../lib/request.js";
import type * as lib_text from "../lib/text.js";
import type * as lib_time from "../lib/time.js";
import type * as organizations_authorize from "../organizations/authorize.js";
import type * as organizations_internal from "../organizations/internal.js";
import type * as organizations_model from "../organizations/model.js";
import type * as organizations_mutations from "../organizations/mutations.js";
import type * as organizations_people from "../organizations/people.js";
import type * as organizations_queries from "../organizations/queries.js";
import type * as organizations_sample from "../organizations/sample.js";
import type * as organizations_tables from "../organizations/tables.js";
import type * as runs_begin from "../runs/begin.js";
import type * as runs_bulk from "../runs/bulk.js";
import type * as runs_bulkWork from "../runs/bulkWork.js";
import type * as runs_bundle from "../runs/bundle.js";
import type * as runs_claims from "../runs/claims.js";
import type * as runs_decisions from "../runs/decisions.js";
import type * as runs_detail from "../runs/detail.js";
import type * as runs_dryRun from "../runs/dryRun.js";
import type * as runs_enginePorts from "../runs/enginePorts.js";
import type * as runs_example from "../runs/example.js";
import type * as runs_executor from "../runs/executor.js";
import type * as runs_incomplete from "../runs/incomplete.js";
import type * as runs_internal from "../runs/internal.js";
import type * as runs_interpret from "../runs/interpret.js";
import type * as runs_lanes from "../runs/lanes.js";
import type * as runs_limits from "../runs/limits.js";
import type * as runs_links from "../runs/links.js";
import type * as runs_listing from "../runs/listing.js";
import type * as runs_log from "../runs/log.js";
import type * as runs_model from "../runs/model.js";
import type * as runs_mutations from "../runs/mutations.js";
import type * as runs_nodeRun from "../runs/nodeRun.js";
import type * as runs_packing from "../runs/packing.js";
import type * as runs_parts from "../runs/parts.js";
import type * as runs_payloads from "../runs/payloads.js";
import type * as runs_perform from "../runs/perform.js";
import type * as runs_plans from "../runs/plans.js";
import type * as runs_queries from "../runs/queries.js";
import type * as runs_queue from "../runs/queue.js";
import type * as runs_replay from "../runs/replay.js";
import type * as runs_retention from "../runs/retention.js";
import type * as runs_samples from "../runs/samples.js";
import type * as runs_standing from "../runs/standing.js";
import type * as runs_start from "../runs/start.js";
import type * as runs_step from "../runs/step.js";
import type * as runs_story from "../runs/story.js";
import type * as runs_sweeper from "../runs/sweeper.js";
import type * as runs_tables from "../runs/tables.js";
import type * as runs_tick from "../runs/tick.js";
import type * as runs_turns from "../runs/turns.js";
import type * as runs_versionChoice from "../runs/versionChoice.js";
import type * as runs_wake from "../runs/wake.js";
import type * as scenarios_access from "../scenarios/access.js";
import type * as scenarios_definition from "../scenarios/definition.js";
import type * as scenarios_listing from "../scenarios/listing.js";
import type * as scenarios_model from "../scenarios/model.js";
import type * as scenarios_mutations from "../scenarios/mutations.js";
import type * as scenarios_queries from "../scenarios/queries.js";
import type * as scenarios_tables from "../scenarios/tables.js";
import type * as schedules_model from "../schedules/model.js";
import type * as schedules_tables from "../schedules/tables.js";
import type * as schedules_tick from "../schedules/tick.js";
import type * as settings_authKeys from "../settings/authKeys.js";
import type * as settings_health from "../settings/health.js";
import type * as settings_model from "../settings/model.js";
import type * as settings_tables from "../settings/tables.js";
import type * as upgrades_model from "../upgrades/model.js";
import type * as upgrades_queries from "../upgrades/queries.js";
import type * as upgrades_validators from "../upgrades/validators.js";
import type * as versions_append from "../versions/append.js";
import type * as versions_liveRuns from "../versions/liveRuns.js";
import type * as versions_model from "../versions/model.js";
import type * as versions_mutations from "../versions/mutations.js";
import type * as versions_queries from "../versions/queries.js";
import type * as versions_read from "../versions/read.js";
import type * as versions_resolve from "../versions/resolve.js";
import type * as versions_states from "../versions/states.js";
import type * as versions_tables from "../versions/tables.js";
import type * as versions_validators from "../versions/validators.js";
import type * as webhooks_addresses from "../webhooks/addresses.js";
import type * as webhooks_answers from "../webhooks/answers.js";
import type * as webhooks_body from "../webhooks/body.js";
import type * as webhooks_guard from "../webhooks/guard.js";
import type * as webhooks_http from "../webhooks/http.js";
import type * as webhooks_ingest from "../webhooks/ingest.js";
import type * as webhooks_internal from "../webhooks/internal.js";
import type * as webhooks_limits from "../webhooks/limits.js";
import type * as webhooks_model from "../webhooks/model.js";
import type * as webhooks_multipart from "../webhooks/multipart.js";
import type * as webhooks_mutations from "../webhooks/mutations.js";
import type * as webhooks_queries from "../webhooks/queries.js";
import type * as webhooks_refusals from "../webhooks/refusals.js";
import type * as webhooks_request from "../webhooks/request.js";
import type * as webhooks_response from "../webhooks/response.js";
import type * as webhooks_retention from "../webhooks/retention.js";
import type * as webhooks_samples from "../webhooks/samples.js";
import type * as webhooks_secrets from "../webhooks/secrets.js";
import type * as webhooks_settings from "../webhooks/settings.js";
import type * as webhooks_signature from "../webhooks/signature.js";
import type * as webhooks_tables from "../webhooks/tables.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  "api/v1/dispatch": typeof api_v1_dispatch;
  "api/v1/http": typeof api_v1_http;
  "api/v1/incompleteOperations": typeof api_v1_incompleteOperations;
  "api/v1/match": typeof api_v1_match;
  "api/v1/meOperations": typeof api_v1_meOperations;
  "api/v1/openapi": typeof api_v1_openapi;
  "api/v1/operation": typeof api_v1_operation;
  "api/v1/request": typeof api_v1_request;
  "api/v1/runOperations": typeof api_v1_runOperations;
  "api/v1/scenarioOperations": typeof api_v1_scenarioOperations;
  "api/v1/schemas": typeof api_v1_schemas;
  "api/v1/table": typeof api_v1_table;
  "api/v1/upgradeOperations": typeof api_v1_upgradeOperations;
  "api/v1/versionOperations": typeof api_v1_versionOperations;
  "apiKeys/actions": typeof apiKeys_actions;
  "apiKeys/admin": typeof apiKeys_admin;
  "apiKeys/authenticate": typeof apiKeys_authenticate;
  "apiKeys/internal": typeof apiKeys_internal;
  "apiKeys/key": typeof apiKeys_key;
  "apiKeys/limits": typeof apiKeys_limits;
  "apiKeys/model": typeof apiKeys_model;
  "apiKeys/mutations": typeof apiKeys_mutations;
  "apiKeys/queries": typeof apiKeys_queries;
  "apiKeys/tables": typeof apiKeys_tables;
  "audit/maintenance": typeof audit_maintenance;
  "audit/model": typeof audit_model;
  "audit/queries": typeof audit_queries;
  "audit/resources": typeof audit_resources;
  "audit/tables": typeof audit_tables;
  auth: typeof auth;
  "auth/actions": typeof auth_actions;
  "auth/admin": typeof auth_admin;
  "auth/attempts": typeof auth_attempts;
  "auth/internal": typeof auth_internal;
  "auth/model": typeof auth_model;
  "auth/passwords": typeof auth_passwords;
  "auth/queries": typeof auth_queries;
  "auth/sessions": typeof auth_sessions;
  "auth/tables": typeof auth_tables;
  "auth/tickets": typeof auth_tickets;
  "connections/actions": typeof connections_actions;
  "connections/internal": typeof connections_internal;
  "connections/model": typeof connections_model;
  "connections/mutations": typeof connections_mutations;
  "connections/queries": typeof connections_queries;
  "connections/secrets": typeof connections_secrets;
  "connections/tables": typeof connections_tables;
  crons: typeof crons;
  "drafts/model": typeof drafts_model;
  "drafts/mutations": typeof drafts_mutations;
  "drafts/queries": typeof drafts_queries;
  "drafts/read": typeof drafts_read;
  "drafts/tables": typeof drafts_tables;
  functions: typeof functions;
  http: typeof http;
  "integrations/model": typeof integrations_model;
  "integrations/queries": typeof integrations_queries;
  "integrations/seed": typeof integrations_seed;
  "integrations/tables": typeof integrations_tables;
  "lib/bytes": typeof lib_bytes;
  "lib/crypto": typeof lib_crypto;
  "lib/env": typeof lib_env;
  "lib/errors": typeof lib_errors;
  "lib/ids": typeof lib_ids;
  "lib/json": typeof lib_json;
  "lib/keyring": typeof lib_keyring;
  "lib/pagination": typeof lib_pagination;
  "lib/permissions": typeof lib_permissions;
  "lib/request": typeof lib_request;
  "lib/text": typeof lib_text;
  "lib/time": typeof lib_time;
  "organizations/authorize": typeof organizations_authorize;
  "organizations/internal": typeof organizations_internal;
  "organizations/model": typeof organizations_model;
  "organizations/mutations": typeof organizations_mutations;
  "organizations/people": typeof organizations_people;
  "organizations/queries": typeof organizations_queries;
  "organizations/sample": typeof organizations_sample;
  "organizations/tables": typeof organizations_tables;
  "runs/begin": typeof runs_begin;
  "runs/bulk": typeof runs_bulk;
  "runs/bulkWork": typeof runs_bulkWork;
  "runs/bundle": typeof runs_bundle;
  "runs/claims": typeof runs_claims;
  "runs/decisions": typeof runs_decisions;
  "runs/detail": typeof runs_detail;
  "runs/dryRun": typeof runs_dryRun;
  "runs/enginePorts": typeof runs_enginePorts;
  "runs/example": typeof runs_example;
  "runs/executor": typeof runs_executor;
  "runs/incomplete": typeof runs_incomplete;
  "runs/internal": typeof runs_internal;
  "runs/interpret": typeof runs_interpret;
  "runs/lanes": typeof runs_lanes;
  "runs/limits": typeof runs_limits;
  "runs/links": typeof runs_links;
  "runs/listing": typeof runs_listing;
  "runs/log": typeof runs_log;
  "runs/model": typeof runs_model;
  "runs/mutations": typeof runs_mutations;
  "runs/nodeRun": typeof runs_nodeRun;
  "runs/packing": typeof runs_packing;
  "runs/parts": typeof runs_parts;
  "runs/payloads": typeof runs_payloads;
  "runs/perform": typeof runs_perform;
  "runs/plans": typeof runs_plans;
  "runs/queries": typeof runs_queries;
  "runs/queue": typeof runs_queue;
  "runs/replay": typeof runs_replay;
  "runs/retention": typeof runs_retention;
  "runs/samples": typeof runs_samples;
  "runs/standing": typeof runs_standing;
  "runs/start": typeof runs_start;
  "runs/step": typeof runs_step;
  "runs/story": typeof runs_story;
  "runs/sweeper": typeof runs_sweeper;
  "runs/tables": typeof runs_tables;
  "runs/tick": typeof runs_tick;
  "runs/turns": typeof runs_turns;
  "runs/versionChoice": typeof runs_versionChoice;
  "runs/wake": typeof runs_wake;
  "scenarios/access": typeof scenarios_access;
  "scenarios/definition": typeof scenarios_definition;
  "scenarios/listing": typeof scenarios_listing;
  "scenarios/model": typeof scenarios_model;
  "scenarios/mutations": typeof scenarios_mutations;
  "scenarios/queries": typeof scenarios_queries;
  "scenarios/tables": typeof scenarios_tables;
  "schedules/model": typeof schedules_model;
  "schedules/tables": typeof schedules_tables;
  "schedules/tick": typeof schedules_tick;
  "settings/authKeys": typeof settings_authKeys;
  "settings/health": typeof settings_health;
  "settings/model": typeof settings_model;
  "settings/tables": typeof settings_tables;
  "upgrades/model": typeof upgrades_model;
  "upgrades/queries": typeof upgrades_queries;
  "upgrades/validators": typeof upgrades_validators;
  "versions/append": typeof versions_append;
  "versions/liveRuns": typeof versions_liveRuns;
  "versions/model": typeof versions_model;
  "versions/mutations": typeof versions_mutations;
  "versions/queries": typeof versions_queries;
  "versions/read": typeof versions_read;
  "versions/resolve": typeof versions_resolve;
  "versions/states": typeof versions_states;
  "versions/tables": typeof versions_tables;
  "versions/validators": typeof versions_validators;
  "webhooks/addresses": typeof webhooks_addresses;
  "webhooks/answers": typeof webhooks_answers;
  "webhooks/body": typeof webhooks_body;
  "webhooks/guard": typeof webhooks_guard;
  "webhooks/http": typeof webhooks_http;
  "webhooks/ingest": typeof webhooks_ingest;
  "webhooks/internal": typeof webhooks_internal;
  "webhooks/limits": typeof webhooks_limits;
  "webhooks/model": typeof webhooks_model;
  "webhooks/multipart": typeof webhooks_multipart;
  "webhooks/mutations": typeof webhooks_mutations;
  "webhooks/queries": typeof webhooks_queries;
  "webhooks/refusals": typeof webhooks_refusals;
  "webhooks/request": typeof webhooks_request;
  "webhooks/response": typeof webhooks_response;
  "webhooks/retention": typeof webhooks_retention;
  "webhooks/samples": typeof webhooks_samples;
  "webhooks/secrets": typeof webhooks_secrets;
  "webhooks/settings": typeof webhooks_settings;
  "webhooks/signature": typeof webhooks_signature;
  "webhooks/tables": typeof webhooks_tables;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {};
