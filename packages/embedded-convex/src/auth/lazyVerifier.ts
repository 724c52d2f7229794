import type { TokenVerifier, TokenVerifierOptions } from "./verify.ts";

/** A verifier that loads its library with the first token: deployments without users do not pay for it. */
export function createLazyVerifier(options: TokenVerifierOptions): TokenVerifier {
  let loading: Promise<TokenVerifier> | null = null;
  const load = async (): Promise<TokenVerifier> => (await import("./verify.ts")).createTokenVerifier(options);
  return {
    verify: async (token) => (await (loading ??= load())).verify(token),
    clear: () => void loading?.then((verifier) => verifier.clear()),
  };
}
