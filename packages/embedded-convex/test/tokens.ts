import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** Claims of a token. Issuer and audience are the custom provider's of the app unless they are given. */
export interface TokenClaims {
  subject: string;
  issuer?: string;
  audience?: string;
  [claim: string]: string | undefined;
}

/** Signs tokens that the conformance app's `auth.config.ts` accepts. */
export interface TokenIssuer {
  /** For the deployment's functions: the public key as a data URI. */
  env: { CONFORMANCE_JWKS: string };
  /** Valid for an hour unless it is said otherwise. */
  sign(claims: TokenClaims, options?: { lifetime: string }): Promise<string>;
}

/** A new issuer with its own key. */
export async function createTokenIssuer(): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: "ES256", use: "sig" }] });
  return {
    env: { CONFORMANCE_JWKS: `data:application/json;base64,${btoa(keys)}` },
    sign: ({ subject, issuer = "https://conformance.example", audience = "conformance", ...claims }, options) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime(options?.lifetime ?? "1h")
        .sign(privateKey),
  };
}
