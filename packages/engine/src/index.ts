export { advance, type Advance } from "./advance.ts";
export { pendingCall } from "./calls.ts";
export type {
  AskCommand,
  AttemptRecord,
  CallCommand,
  Command,
  Decision,
  EffectOutcome,
  Event,
  OperationRecord,
  OperationState,
  PerformCommand,
  RunError,
  WaitReason,
  Simulated,
  WebhookResponse,
} from "./events.ts";
export { stoppedOperation, type StoppedOperation } from "./stopped.ts";
export { compilePlan, type CompiledPlan, type Plan, type PlanEdge, type PlanNode } from "./plan.ts";
export type { Addresses, Budget, Collector, Ports, PureResult } from "./ports.ts";
export {
  canTransition,
  endedRunStates,
  isEnded,
  liveRunStates,
  runStates,
  transition,
  type RunStateName,
} from "./runStates.ts";
export {
  createState,
  operationKey,
  packState,
  pendingCommand,
  pendingOperation,
  unpackState,
  type Frame,
  type Pending,
  type RunState,
} from "./state.ts";
export { pendingAsk, waitName } from "./waits.ts";
