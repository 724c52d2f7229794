import { describe, expect, it } from "vitest";
import { authProvidersOf, requiredVariables } from "./authConfig.ts";
import { pushRefusal } from "./pushError.ts";

describe("variables of auth.config.ts", () => {
  it("must be set where they are read, and the CLI is told which is not", () => {
    const env = requiredVariables({ SET: "value" });
    expect(env.SET).toBe("value");
    const read = () => `${env.ISSUER}/keys`;
    expect(read).toThrow("Environment variable ISSUER is used in auth config file but its value was not set");
    try {
      read();
    } catch (error) {
      expect(pushRefusal(error)).toMatchObject({ status: 400, code: "AuthConfigMissingEnvironmentVariable" });
    }
  });
});

describe("providers", () => {
  it("are copied as they are", () => {
    const providers = [
      { domain: "https://a.example", applicationID: "app" },
      { type: "customJwt", issuer: "https://b.example", jwks: "https://b.example/keys", algorithm: "ES256" },
    ];
    expect(authProvidersOf({ providers })).toEqual(providers);
  });

  it.each([
    [{ domain: undefined, applicationID: "app" }, "Provider 1 of auth.config.ts must have texts for domain."],
    [{ type: "customJwt", issuer: "https://b.example" }, "must have texts for jwks and algorithm."],
    [null, "must have texts for domain and applicationID."],
    ["https://a.example", "must have texts for domain and applicationID."],
  ])("that lack what they need are named: %j", (provider, message) => {
    expect(() => authProvidersOf({ providers: [provider] })).toThrow(message);
  });

  it.each([undefined, {}, { providers: "all" }])("must be exported: %j", (config) => {
    expect(() => authProvidersOf(config)).toThrow("must export { providers: [...] }");
  });
});
