export { createEngineHost, type EffectCall, type EffectScript, type EngineHost, type HostOptions, type RunReport } from "./engineHost.ts";
export { createRandom, type Random } from "./random.ts";
export { action, edge, scenario, testCatalog, testPorts, type NodeSpec } from "./scenarios.ts";
export { randomScenario } from "./randomScenario.ts";
export { startTestServer, type ReceivedRequest, type TestServer, type TestServerOptions } from "./testServer.ts";
