import type { FileStore } from "../storage/files.ts";
import type { CallContext, TransactionContext } from "./context.ts";
import type { StoredFiles } from "./storedFiles.ts";

/** What the operations need. */
export interface MutationFileServices {
  files: StoredFiles;
  fileStore: FileStore;
}

interface StoreArgs {
  /** The content, in base64. */
  blob: string;
  contentType: string;
  /** In base64; the content has to have it. */
  sha256?: string;
}

/**
 * Storing and reading whole files inside of mutations. The content is on disk before the row that refers to it is committed;
 * if that never happens, the file is deleted again.
 */
export function mutationFileOperations({ files, fileStore }: MutationFileServices) {
  return {
    async "1.0/storageStore"(call: CallContext, { transaction }: TransactionContext, args: StoreArgs): Promise<string> {
      if (!transaction.writable) throw new Error("storage.store() is not available in queries.");
      const { key, sha256, size } = await fileStore.put(Buffer.from(args.blob, "base64"));
      if (transaction.ended) await fileStore.delete(key);
      transaction.assertRunning();
      transaction.newFiles.push(key);
      if (args.sha256 !== undefined && args.sha256 !== sha256)
        throw new Error(`The SHA-256 of the stored file is ${sha256}, expected ${args.sha256}`);
      const file = { file: key, sha256, size, contentType: args.contentType || null };
      return JSON.stringify(files.add(transaction, call.component, file));
    },

    async "1.0/storageGet"(
      call: CallContext,
      { transaction }: TransactionContext,
      { storageId }: { storageId: string },
    ): Promise<string> {
      if (!transaction.writable) throw new Error("storage.get() is not available in queries.");
      const location = files.locate(call.component, storageId);
      if (location === null) return "null";
      const content = await fileStore.read(location.file);
      const blob = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("base64");
      return JSON.stringify({ blob, contentType: location.contentType });
    },
  };
}
