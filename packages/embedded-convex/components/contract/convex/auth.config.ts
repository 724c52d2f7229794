/** Tokens that this deployment has signed itself (`ctx.auth.signJwt`) are accepted. */
export default {
  providers: [
    {
      type: "customJwt",
      issuer: process.env.CONVEX_CLOUD_URL,
      jwks: `${process.env.CONVEX_CLOUD_URL}/.well-known/jwks.json`,
      algorithm: "ES256",
    },
  ],
};
