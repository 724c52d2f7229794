export { checkManifest } from "./checkManifest.ts";
export { contrastWithWhite } from "./contrast.ts";
export { runAction, type ActionOutcome, type RunActionOptions } from "./runAction.ts";
