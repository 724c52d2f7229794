import { v } from "convex/values";
import { action } from "./builders";

/** Fetches a URL; what fetch throws is returned, so that the caller can look at it. */
export const get = action({
  args: { url: v.string() },
  handler: async (_ctx, { url }) => {
    try {
      const response = await fetch(url);
      return { status: response.status, text: await response.text(), error: null };
    } catch (error) {
      const { message, code, cause } = error as { message: string; code?: string; cause?: { code?: string } };
      return {
        status: null,
        text: null,
        error: { message, code: code ?? cause?.code ?? null, isError: error instanceof Error },
      };
    }
  },
});
