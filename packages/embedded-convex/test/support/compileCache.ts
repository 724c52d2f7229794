import { fileURLToPath } from "node:url";

/**
 * What processes that tests start are given besides their own environment. They compile the same code again and again, which is more
 * than half of what a start costs; with this they share what is compiled.
 */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../../node_modules/.cache/compiled", import.meta.url)),
};
