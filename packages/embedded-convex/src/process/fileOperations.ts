import type { StoredFiles } from "../functions/storedFiles.ts";
import type { Executor } from "../transaction/executor.ts";
import type { TransactorControl, TransactorOperations } from "./messages.ts";

/** What action workers ask of the rows of stored files; the files themselves they write and read on their own. */
export type FileOperations = Pick<
  TransactorOperations,
  "storageAdd" | "storageRemove" | "storageUrlPath" | "storageMetadata" | "storageLocate"
>;

/** What the main thread asks besides. */
export type FileControl = Pick<TransactorControl, "knownFiles">;

/** The operations on the rows of stored files, each in a transaction of its own. */
export function fileOperations(
  executor: Executor,
  files: StoredFiles,
): { operations: FileOperations; control: FileControl } {
  const operations: FileOperations = {
    storageAdd: ({ component, file }) =>
      executor.write({ label: "host", run: (transaction) => files.add(transaction, component, file) }),
    storageRemove: async ({ component, storageId }) => {
      await executor.write({ label: "host", run: (transaction) => files.remove(transaction, component, storageId) });
      return null;
    },
    storageUrlPath: ({ component, storageId }) =>
      executor.read("storage", (transaction) => files.urlPath(transaction, component, storageId)),
    storageMetadata: ({ component, storageId }) =>
      executor.read("storage", (transaction) => JSON.stringify(files.metadata(transaction, component, storageId))),
    storageLocate: (call) =>
      executor.read("storage", () =>
        "uuid" in call ? files.locateByUuid(call.uuid) : files.locate(call.component, call.storageId),
      ),
  };
  return { operations, control: { knownFiles: () => executor.read("storage", () => files.knownFiles()) } };
}
