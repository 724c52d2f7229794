import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** Signs tokens that the conformance app's `auth.config.ts` accepts. */
export interface TokenIssuer {
  /** For the deployment's functions: the public key as a data URI. */
  env: { CONFORMANCE_JWKS: string };
  sign(claims: { subject: string; [claim: string]: string }): Promise<string>;
}

/** A new issuer with its own key. */
export async function createTokenIssuer(): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: "ES256", use: "sig" }] });
  return {
    env: { CONFORMANCE_JWKS: `data:application/json;base64,${btoa(keys)}` },
    sign: ({ subject, ...claims }) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256" })
        .setIssuer("https://conformance.example")
        .setAudience("conformance")
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(privateKey),
  };
}
