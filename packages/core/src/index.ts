export { DEFINITION_FORMAT, emptyDefinition } from "./definition/format.ts";
export * from "./definition/schema.ts";
export { parseSensitiveField, type SensitiveField } from "./definition/sensitive.ts";
export type { Issue } from "./definition/issue.ts";
export { parseDefinition, type ParsedDefinition } from "./definition/parse.ts";
export {
  checkConfig,
  hasFormula,
  literalFieldsOf,
  type ConfigFault,
  type InputSchema,
} from "./definition/checkConfig.ts";
export { validateDefinition } from "./definition/validate.ts";
export type { KnownConnection } from "./definition/rules/context.ts";
export * from "./manifest/schema.ts";
export * from "./manifest/catalog.ts";
export * from "./errors/operationError.ts";
export * from "./calls/inputs.ts";
export * from "./calls/interface.ts";
export { errorRemedies, remedyOf, type ErrorCode } from "./errors/remedies.ts";
export { canonicalJson } from "./canonicalJson.ts";
export * from "./mapping/index.ts";
export { conditionDocs, type ConditionDoc, type ConditionGroup } from "./filter/docs.ts";
export { inferTemplate, type FormulaFault, type ShapeOfNode } from "./shapes/infer.ts";
export { shapesAt } from "./shapes/flow.ts";
export { describeShape, type Shape } from "./shapes/shape.ts";
export {
  compileFilter,
  evaluateFilter,
  type CompiledFilter,
  type FilterResult,
  type FilterTemplate,
} from "./filter/filter.ts";
export {
  children,
  compareEdges,
  createGraph,
  edgeKey,
  highestNodeId,
  routesOf,
  subtreeOf,
  type Graph,
} from "./graph/graph.ts";
export {
  nextOccurrence,
  readSchedule,
  type MissedPolicy,
  type ReadSchedule,
  type Schedule,
  type ScheduleFault,
  type ScheduleTimes,
} from "./schedule/schedule.ts";
export { nextPollAt, pollingKey, readPolling, type Polling } from "./polling/polling.ts";
export {
  needsSecret,
  readWebhookSettings,
  webhookMethods,
  type RequestPlace,
  type WebhookSettings,
} from "./webhook/settings.ts";
export { signaturePresets, type SignatureScheme } from "./webhook/signatureScheme.ts";
export { schemaOfSample } from "./webhook/bodySchema.ts";
export { aggregatedSource, collectedSources, controlOf, isMerge, upstreamNodes } from "./graph/scope.ts";
export {
  answerFieldTypes,
  bodyFieldTypes,
  readAnswerFields,
  readWaitForm,
  type AnswerField,
  type AnswerFieldType,
  type BodyField,
  type WaitForm,
} from "./waits/form.ts";
export { checkAnswer, type AnswerFault, type CheckedAnswer, type WaitAnswer } from "./waits/answer.ts";
export { defineMigrations, migrateDefinition, type FormatMigration } from "./migration/migrate.ts";
export {
  appendNode,
  cloneNodes,
  copyNodes,
  insertOnEdge,
  pasteNodes,
  removeNode,
  removeNodes,
  type NodeClip,
  type PasteOptions,
  type PasteResult,
} from "./graph/edit.ts";
export type {
  FindUpgrade,
  NodeConfig,
  NodeUpgrade,
  NodeVersion,
  UpgradedConfig,
  UpgradeReport,
  UpgradeVerdict,
} from "./upgrade/types.ts";
export {
  upgradableNodes,
  upgradeNodes,
  upgradePaths,
  type Upgraded,
  type UpgradeOptions,
  type UpgradeRequest,
} from "./upgrade/upgrade.ts";
export { renumberNodes, type IdMap } from "./graph/renumber.ts";
export { breakingChanges, type BreakingChange, type BreakingOptions } from "./diff/breaking.ts";
export { applyDiff, diffDefinitions, reverseDiff } from "./diff/diff.ts";
export {
  mergeDefinitions,
  resolveConflict,
  type MergeConflict,
  type MergeResult,
  type MergeTarget,
} from "./diff/merge.ts";
export { normalizeDefinition } from "./diff/normalize.ts";
export { isEmptyDiff, isLayoutOnly, summarizeDiff, type DiffSummary } from "./diff/summary.ts";
export type { DefinitionDiff, EdgeChange, FieldChange, NodeChange, NoteChange } from "./diff/types.ts";
