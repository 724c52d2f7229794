/** By itself, so that it can be fetched by itself. */
export { validateDefinition } from "@patchbay/core";
