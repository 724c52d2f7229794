import { Imports, type ImportServices } from "./imports.ts";
import type { StagingOperations, TransferOperations } from "./messages.ts";
import { TRANSFER_TABLES, TransferStates } from "./transferStates.ts";

/** Exports and imports, on the side of the database. */
export interface DataOperations {
  /** For workers that import. */
  staging: StagingOperations;
  /** For the main thread. */
  transfers: TransferOperations;
  states: TransferStates;
  /** After a start: what was running before has failed, and is taken back. */
  recover(): Promise<void>;
  /** Deletes, in the background, what is no longer needed. */
  cleanUp(): Promise<void>;
}

export function openData(services: ImportServices): DataOperations {
  const states = new TransferStates(services.catalog, services.executor);
  const imports = new Imports(services, states);
  const recover = (): Promise<void> =>
    services.executor.write({
      label: "transfer",
      run: (transaction) => {
        for (const name of TRANSFER_TABLES) services.catalog.ensureTable("", name);
        imports.recover();
        states.recover(transaction);
      },
    });
  return {
    staging: imports.operations(),
    transfers: states.operations(),
    states,
    recover,
    cleanUp: () => imports.cleanUp(),
  };
}
