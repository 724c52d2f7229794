export { advance, type Advance } from "./advance.ts";
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
  RunEnd,
  RunError,
  WaitReason,
  Simulated,
  WebhookResponse,
} from "./events.ts";
export { stoppedOperation, type StoppedOperation } from "./stopped.ts";
export { MAX_LANES } from "./lanes.ts";
export {
  earliestTimer,
  lanesOf,
  leavesOf,
  pendingCalls,
  pendingCommands,
  pendingOperations,
  pendingsOf,
  type Timer,
} from "./pending.ts";
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
  unpackState,
  type Frame,
  type Lane,
  type Pending,
  type RunState,
  type Strand,
} from "./state.ts";
export { pendingAsks, waitName } from "./waits.ts";
