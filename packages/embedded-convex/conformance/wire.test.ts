import { afterAll, beforeAll, describe } from "vitest";
import { copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { createTokenIssuer } from "../test/tokens.ts";
import type { Driver } from "./driver.ts";
import { conformanceSuite } from "./suite.ts";
import { createWireDriver } from "./wireDriver.ts";

let deployment: Deployment;
let app: AppCopy;
let driver: Driver;

beforeAll(async () => {
  const issuer = await createTokenIssuer();
  [deployment, app] = await Promise.all([
    Deployment.start({ functionEnv: issuer.env }),
    copyApp(new URL("./app/", import.meta.url)),
  ]);
  await deploy(deployment, app);
  driver = createWireDriver(deployment, issuer);
}, 90_000);

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
});

describe("over the wire", () => {
  conformanceSuite("wire", () => driver);
});
