"use client";

import { useState } from "react";

export interface OnDemand<Module> {
  /** Undefined until it is there. */
  module: Module | undefined;
  /** Fetches it if that has not been done; resolves with whether it is there now. */
  load: () => Promise<boolean>;
}

/**
 * Code that is fetched when somebody is about to need it, once per page load. `load` never rejects: without a connection
 * the act that needs the code does nothing, and may be tried again.
 */
export function onDemand<Module>(fetchModule: () => Promise<Module>): () => OnDemand<Module> {
  let known: Module | undefined;
  let pending: Promise<boolean> | undefined;
  const load = () =>
    (pending ??= fetchModule().then(
      (module) => {
        known = module;
        return true;
      },
      () => {
        pending = undefined;
        return false;
      },
    ));
  return function useOnDemand() {
    const [module, setModule] = useState(known);
    return {
      module,
      load: async () => {
        const isThere = await load();
        if (isThere) setModule(known);
        return isThere;
      },
    };
  };
}
