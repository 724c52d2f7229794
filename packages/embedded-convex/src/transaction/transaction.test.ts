import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { tableEnd } from "../store/catalog.ts";
import type { Transaction } from "./transaction.ts";

let temp: TempStore;

beforeEach(() => {
  temp = new TempStore();
});
afterEach(() => temp.dispose());

const insertInto = (transaction: Transaction, table: string) =>
  transaction.insert(transaction.catalog.ensureTable("component", table), { of: table });

const count = (table: string) => {
  const info = temp.catalog.table("component", table);
  return info === undefined ? 0 : temp.store.scan(0, info.prefix, tableEnd(info), "asc", 100).length;
};

describe("a rolled-back part of a transaction", () => {
  it("takes the tables with it that it has made", async () => {
    const executor = temp.executor();
    await executor.write({
      label: "w",
      run: async (transaction) => {
        insertInto(transaction, "kept");
        const failing = transaction.nested(async () => {
          insertInto(transaction, "lost");
          throw new Error("no");
        });
        await failing.catch(() => undefined);
      },
    });
    expect(temp.catalog.table("component", "lost")).toBeUndefined();

    await executor.write({ label: "w", run: (transaction) => insertInto(transaction, "other") });
    await executor.write({ label: "w", run: (transaction) => insertInto(transaction, "lost") });
    executor.stop();
    temp.reopen();
    expect(["kept", "other", "lost"].map(count), "tables share no keys, and are all there after a restart").toEqual([
      1, 1, 1,
    ]);
  });

  it("leaves the tables of the next transaction alone when the outermost part fails", async () => {
    const executor = temp.executor();
    const failing = executor.write({
      label: "w",
      run: (transaction) => {
        insertInto(transaction, "lost");
        throw new Error("no");
      },
    });
    const next = executor.write({ label: "w", run: (transaction) => insertInto(transaction, "kept") });
    await expect(failing).rejects.toThrow("no");
    await next;
    expect(temp.catalog.tables("component").map(({ name }) => name)).toEqual(["kept"]);
    temp.reopen();
    expect(temp.catalog.tables("component").map(({ name }) => name)).toEqual(["kept"]);
    expect(count("kept")).toBe(1);
  });
});
