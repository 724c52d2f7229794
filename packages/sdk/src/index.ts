export type { ActionConnection, ActionContext } from "./context.ts";
export {
  defineAction,
  defineControl,
  type Action,
  type ActionRuntime,
  type ActionUpgrade,
  type ControlSpec,
  type EffectfulActionSpec,
  type EffectRule,
  type PureActionSpec,
} from "./define/action.ts";
export {
  defineConnection,
  type Connection,
  type ConnectionFields,
  type ConnectionRuntime,
  type ConnectionSpec,
} from "./define/connection.ts";
export { actionKey, defineIntegration, type Integration, type IntegrationSpec } from "./define/integration.ts";
export { definePrevious, type PreviousSpec, type UpgradeFixture, type UpgradeKit } from "./define/previous.ts";
export {
  defineTrigger,
  MAX_POLLED_ITEMS,
  type PollContext,
  type PolledItem,
  type PollingTriggerSpec,
  type PollResult,
  type Trigger,
  type TriggerRuntime,
  type TriggerSpec,
} from "./define/trigger.ts";
export { errors, IntegrationError, isIntegrationError, toOperationError, type ErrorDetails } from "./errors.ts";
export { field, follows, jsonValue, nameValueList, type FieldOptions } from "./fields.ts";
export { decodeBody, parseJsonBody } from "./http/body.ts";
export { toStatusError } from "./http/failure.ts";
export { sendHttpRequest, type HttpRequest, type HttpResponse } from "./http/request.ts";
export { parseRetryAfter } from "./http/retryAfter.ts";
export { createRedactor, REDACTED, redact, type Redactor } from "./redact.ts";
