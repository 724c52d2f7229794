import type { AuthConfig } from "convex/server";

export default {
  providers: [
    {
      type: "customJwt",
      issuer: "https://conformance.example",
      applicationID: "conformance",
      jwks: process.env.CONFORMANCE_JWKS!,
      algorithm: "ES256",
    },
    { domain: process.env.OIDC_ISSUER!, applicationID: "app" },
    { domain: process.env.OIDC_ISSUER!, applicationID: "second app" },
    // Any audience, and keys by their address.
    {
      type: "customJwt",
      issuer: "https://plain.example",
      jwks: `${process.env.OIDC_ISSUER!}/keys`,
      algorithm: "RS256",
    },
  ],
} satisfies AuthConfig;
