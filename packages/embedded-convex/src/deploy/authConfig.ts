import type { AuthProvider } from "./manifest.ts";
import { PushError, UNSET_IN_AUTH_CONFIG } from "./pushError.ts";

/** The variables as `auth.config.ts` sees them: one that is not set must not become an issuer called "undefined". */
export function requiredVariables(env: Record<string, string>): Record<string, string> {
  return new Proxy(env, {
    get(target, name) {
      if (typeof name === "string" && !Object.hasOwn(target, name))
        throw new Error(`Environment variable ${name} ${UNSET_IN_AUTH_CONFIG}`);
      return Reflect.get(target, name) as unknown;
    },
  });
}

/** The providers that `auth.config.ts` exports. @throws PushError naming the one that is none. */
export function authProvidersOf(config: unknown): AuthProvider[] {
  const { providers } = (config ?? {}) as { providers?: unknown };
  if (!Array.isArray(providers)) throw new PushError("auth.config.ts must export { providers: [...] } as its default.");
  const copies = JSON.parse(JSON.stringify(providers)) as Record<string, unknown>[];
  copies.forEach((provider, position) => {
    const needed = provider?.type === "customJwt" ? ["issuer", "jwks", "algorithm"] : ["domain", "applicationID"];
    const missing = needed.filter((field) => typeof provider?.[field] !== "string" || provider[field] === "");
    if (missing.length === 0) return;
    throw new PushError(`Provider ${position + 1} of auth.config.ts must have texts for ${missing.join(" and ")}.`);
  });
  return copies as unknown as AuthProvider[];
}
