/** What needs Node: servers and processes. */
export { ApiClient, TestDeployment, type ApiRun, type DeploymentOptions } from "./deployment.ts";
export {
  startTestServer,
  type ReceivedRequest,
  type TestAnswer,
  type TestServer,
  type TestServerOptions,
} from "./testServer.ts";
