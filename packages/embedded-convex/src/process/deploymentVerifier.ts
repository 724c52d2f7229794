import { createLazyVerifier } from "../auth/lazyVerifier.ts";
import type { AuthProvider as VerifiedProvider, TokenVerifier } from "../auth/verify.ts";
import { newRequest } from "../functions/request.ts";
import { JWKS_PATH } from "../http/router.ts";
import type { StreamedAnswer } from "./actionPool.ts";
import type { DeploymentState, HttpCall } from "./messages.ts";

export interface DeploymentVerifierOptions {
  state(): DeploymentState;
  cloudUrl: string;
  siteUrl: string;
  /** Asks the deployment's own HTTP actions. */
  http(call: HttpCall): Promise<StreamedAnswer>;
  /** For the documents of other issuers. */
  fetch: typeof fetch;
}

/**
 * Verifies tokens by the providers of the deployed `auth.config.ts`. A new one knows none of the keys that were fetched before:
 * issuers may have changed with the code or the environment.
 */
export function deploymentVerifier(options: DeploymentVerifierOptions): TokenVerifier {
  const { cloudUrl, siteUrl } = options;
  return createLazyVerifier({
    providers: options.state().manifest.authProviders as VerifiedProvider[],
    ownIssuer: siteUrl,
    fetchOwn: (request) => fetchOwnSite(options, request),
    fetch: (input, init) => {
      const { url } = new Request(input, init);
      // Tokens that mutations have signed may be accepted too, without asking ourselves over the network.
      return url === cloudUrl + JWKS_PATH
        ? Promise.resolve(Response.json(options.state().publicKeys))
        : options.fetch(input, init);
    },
  });
}

/** The deployment may be its own token issuer: its documents are served without the network. */
async function fetchOwnSite({ http }: Pick<DeploymentVerifierOptions, "http">, request: Request): Promise<Response> {
  const answer = await http({
    method: request.method,
    url: request.url,
    headers: [...request.headers] as [string, string][],
    body: null,
    identity: null,
    request: newRequest(),
  });
  return new Response(answer.chunks ?? (answer.body as Uint8Array<ArrayBuffer> | null), {
    status: answer.status,
    headers: answer.headers,
  });
}
