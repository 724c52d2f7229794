/** Runs anywhere: the engine's host in memory, and scenarios for it. Servers and processes are in `./node`. */
export {
  createEngineHost,
  type AnswerScript,
  type EffectCall,
  type EffectScript,
  type EngineHost,
  type HostOptions,
  type RunReport,
} from "./engineHost.ts";
export { createFaultTally, type Act, type Fault, type FaultTally } from "./fragileHost.ts";
export { simulate, simulatePersons, type Simulated, type SimulatedPersons } from "./simulate.ts";
export { createRandom, type Random } from "./random.ts";
export { action, edge, scenario, testCatalog, testPorts, type NodeSpec } from "./scenarios.ts";
export { randomScenario } from "./randomScenario.ts";
