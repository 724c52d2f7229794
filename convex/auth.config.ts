declare const process: { env: Record<string, string | undefined> };

/** The deployment issues its own tokens (Convex Auth); its issuer is its own site URL. */
export default {
  providers: [{ domain: process.env.CONVEX_SITE_URL, applicationID: "convex" }],
};
