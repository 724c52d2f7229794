import { internalMutation } from "./_generated/server.js";

export const tick = internalMutation({ args: {}, handler: async () => undefined });
