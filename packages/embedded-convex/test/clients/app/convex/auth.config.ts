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
  ],
} satisfies AuthConfig;
