import { expect } from "vitest";
import { type Case, OTHER_WORDS } from "../driver.ts";

/** Messages of the wire; convex-test has to refuse the same. Null where it does not. */
const refusals: Record<string, [wire: string | RegExp, convexTest: "refused" | "accepted"]> = {
  "get of no id": ["Invalid argument `id` for `db.get`: Unable to decode ID: Invalid ID length 8", "accepted"],
  "get of a long id": ["Invalid argument `id` for `db.get`: Unable to decode ID: ", "accepted"],
  "get by another table": [
    "Invalid argument `id` for `db.get`: expected an ID for table 'people', got an ID for table 'items'",
    "refused",
  ],
  "get of nothing": ["Must provide arg 1 `id` to `get`", "refused"],
  "patch by another table": ["Invalid argument `id` for `db.patch`: expected an ID for table 'people'", "refused"],
  "delete by another table": ["Invalid argument `id` for `db.delete`: expected an ID for table 'people'", "refused"],
  "patch of no id": ["Invalid argument `id` for `db.patch`: Unable to decode ID: Invalid ID length 8", "refused"],
  "patch of a deleted document": ["Update on nonexistent document ID <gone>", "refused"],
  "replace of a deleted document": ["Replace on nonexistent document ID <gone>", "refused"],
  "delete of a deleted document": ["Delete on nonexistent document ID <gone>", "refused"],
  "patch of _id": ['Provided document ID "<id>" doesn\'t match \'_id\' field "<gone>"', "refused"],
  "patch of _creationTime": [/^Provided creation time [\d.]+ doesn't match '_creationTime' field in /, "refused"],
  "replace of _id": ['Provided document ID "<id>" doesn\'t match \'_id\' field "<gone>"', "refused"],
  "insert with an underscore": [
    /^Document\(value: \{.*_private: 1\.0.*\}\) isn't a valid document: Field '_private' starts with an underscore, which is only allowed for system fields like '_id'$/,
    "accepted",
  ],
  "insert into a system table": ["System tables (prefixed with `_`) are read-only.", "refused"],
  "insert of text": ["Invalid argument `value` for `db.insert`: Value must be an Object", "accepted"],
  "insert of a list": ["Invalid argument `value` for `db.insert`: Value must be an Object", "accepted"],
  "insert of nothing": ["Must provide arg 2 `value` to `insert`", "refused"],
  "insert into a table without a name": [
    "Invalid argument `table` for `db.insert`: Identifier cannot be empty",
    "refused",
  ],
  "insert into a table with a bad name": [
    "Invalid argument `table` for `db.insert`: Identifier no-table has invalid character '-': Identifiers can only contain alphanumeric characters or underscores",
    "accepted",
  ],
  "insert of a function": [/is not a supported Convex type/, "refused"],
  "insert of undefined in a list": [/undefined is not a valid Convex value/, "refused"],
  "insert of a date": [/is not a supported Convex type/, "refused"],
  "insert of a large integer": [/BigInt 9223372036854775808 does not fit into a 64-bit signed integer/, "refused"],
  "insert of a $ field": [/Field name \$value starts with a '\$', which is reserved/, "refused"],
  "insert of a non-ASCII field": [/Field name é has invalid character 'é'/, "refused"],
};

export const writeCases: readonly Case[] = [
  ...["id", "table first", "scoped"].map((form): Case => ({
    name: `a document is inserted, patched, replaced and deleted (${form})`,
    covers: [
      ...(form === "scoped"
        ? ["BaseTable*.*", "BaseDatabaseReaderWithTable.table", "GenericDatabaseWriterWithTable.table"]
        : ["GenericDatabaseWriter.*", "BaseDatabaseReader.get"]),
      "syscall 1.0/get",
      "syscall 1.0/insert",
      "syscall 1.0/shallowMerge",
      "syscall 1.0/replace",
      "syscall 1.0/remove",
    ],
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("writes:life", { tag, form })).toEqual([
        { tag: true, value: 1, rank: null },
        { tag: true, value: 1, rank: 2 },
        { tag: true, value: 1, rank: null },
        { tag: true, value: null, rank: 3 },
        null,
      ]);
    },
  })),
  ...Object.entries(refusals).map(([name, [wire, convexTest]]): Case => ({
    name: `refused, or not: ${name}`,
    differs:
      convexTest === "refused"
        ? OTHER_WORDS
        : { right: "wire", why: "convex-test has no format of ids and names, and lets it pass" },
    run: async ({ driver, tag }) => {
      const messages = (await driver.mutation("writes:refusals", { tag })) as Record<string, string>;
      if (driver.reference === "wire") {
        if (typeof wire === "string") expect(messages[name]).toContain(wire);
        else expect(messages[name]).toMatch(wire);
      } else if (convexTest === "accepted") expect(messages[name]).toBe("nothing");
      else expect(messages[name]).not.toBe("nothing");
    },
  })),
  {
    name: "the document's own system fields may be written back",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("writes:sameSystemFields", { tag })).toEqual([2, true, 3, true]);
    },
  },
  {
    name: "undefined fields are not there, at any depth",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("writes:undefinedFields", { tag })).toEqual([
        ["_creationTime", "_id", "tag", "value"],
        { b: 1 },
        {},
      ]);
    },
  },
  {
    name: "system tables are read through db.system, and only there",
    covers: ["GenericDatabaseReader*.system", "BaseDatabaseReader.normalizeId", "syscall 1.0/db/normalizeId"],
    differs: { right: "wire", why: "convex-test gives a document of any table" },
    run: async ({ driver, tag }) => {
      const storageId = await driver.action("files:store", { bytes: new ArrayBuffer(3) });
      const itemId = await driver.mutation("items:insert", { tag });
      const wire = driver.reference === "wire";
      expect(await driver.query("writes:readSystem", { storageId, itemId })).toEqual({
        byTable: true,
        byId: true,
        scoped: true,
        listed: true,
        normalized: true,
        notNormalized: null,
        userTable: wire ? "User tables cannot be accessed with db.system." : "[object Object]",
        systemTable: wire ? "System tables can only be accessed with db.system." : "[object Object]",
      });
    },
  },
  {
    name: "the commit timestamp is resolved by the commit, in documents and indexes",
    covers: [
      "GenericDatabaseWriter.vars",
      "v.commitTs",
      "CommitTsPlaceholder.*",
      "convex/values.CommitTsPlaceholder",
      "QueryMeta.getSnapshotTs",
      "syscall 1.0/getSnapshotTs",
    ],
    run: async ({ driver, tag }) => {
      const first = await driver.mutation("writes:writeCommitTs", { tag });
      const second = await driver.mutation("writes:writeCommitTs", { tag });
      const read = (await driver.query("writes:readCommitTs", { id: first })) as { at: bigint };
      expect(read).toEqual({ at: read.at, inside: { list: [read.at] }, isPast: true });
      const later = (await driver.query("writes:readCommitTs", { id: second })) as { at: bigint };
      expect(later.at).toBeGreaterThan(read.at);
      expect(await driver.query("writes:byCommitTs", { tag })).toEqual([first, second]);
    },
  },
  {
    name: "documents come back with their fields in order of their names",
    wireOnly: "convex-test keeps the objects that it was given",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("writes:fieldOrder", { tag })).toEqual([
        ["Z", "_creationTime", "_id", "a", "b", "tag"],
        ["c", "d"],
      ]);
    },
  },
];
