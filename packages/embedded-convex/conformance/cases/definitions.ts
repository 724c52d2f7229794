import type { Value } from "convex/values";
import { expect } from "vitest";
import type { Case } from "../driver.ts";

export const definitionCases: readonly Case[] = [
  {
    name: "crons are defined in every way",
    covers: ["Crons.*", "CronJob.*", "convex/server.cronJobs"],
    run: async ({ driver }) => {
      const { crons, refused } = (await driver.query("definitions:cronDefinitions")) as Record<
        string,
        Record<string, Value>
      >;
      expect(crons).toMatchObject({
        "every second": { name: "scheduling:writeLog", schedule: { type: "interval", seconds: 1 } },
        "every week": { schedule: { type: "interval", hours: 168 } },
        "on new year's eve": { schedule: { type: "cron", cron: "59 23 31 12 *" } },
        "every hour": { schedule: { type: "hourly", minuteUTC: 17 } },
        "every day": { schedule: { type: "daily", hourUTC: 3, minuteUTC: 5 } },
        "every sunday": { schedule: { type: "weekly", dayOfWeek: "sunday", hourUTC: 4, minuteUTC: 6 } },
        "every first": { args: [{ tag: "crons", text: "monthly" }], schedule: { type: "monthly", day: 1 } },
      });
      expect(refused).toEqual({
        twice: "Cron identifier registered twice: a",
        "no time": "Interval must be an integer greater than 0",
        "minute 60": "Minute of hour must be an integer from 0 to 59",
        "day 32": "Day of month must be an integer from 1 to 31",
      });
    },
  },
  {
    name: "a cron runs when its time has come, the others do not",
    covers: ["Crons.interval"],
    wireOnly: "convex-test does not run crons",
    run: async ({ driver }) => {
      const log = () => driver.query("scheduling:log", { tag: "crons" }) as Promise<string[]>;
      await driver.settle(async () => (await log()).filter((text) => text === "secondly").length >= 2);
      const others = new Set(await log());
      for (const rare of ["yearly", "sundays", "monthly"]) expect(others).not.toContain(rare);
    },
  },
  {
    name: "routers hold routes and refuse wrong ones",
    covers: ["HttpRouter.*", "convex/server.HttpRouter", "convex/server.httpRouter"],
    run: async ({ driver }) => {
      expect(await driver.query("definitions:routers")).toEqual({
        isRouter: true,
        methods: ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"],
        routes: ["GET /a", "POST /b/*"],
        found: ["/a", "/b/*", null],
        head: "GET",
        refused: {
          twice: "Path '/a' for method GET already in use",
          "no slash": "path 'a' does not start with a /",
          "no slash at the end": "pathPrefix /c must end with a /",
          reserved: "path '/.files/x' is reserved",
          method: expect.stringContaining("'TRACE' is not an allowed HTTP method") as string,
        },
      });
    },
  },
  {
    name: "a router cannot answer requests inside of a function",
    covers: ["HttpRouter.runRequest", "syscall requestFromConvexJson", "syscall convexJsonFromResponse"],
    wireOnly: "convex-test knows no such call, and leaves its rejection to nobody",
    run: async ({ driver }) => {
      expect(await driver.query("definitions:runsRequest")).toContain("requestFromConvexJson");
    },
  },
  {
    name: "schemas have indexes of every kind",
    covers: [
      "TableDefinition.*",
      "Index.*",
      "SearchIndex.*",
      "VectorIndex.*",
      "SearchIndexConfig.*",
      "VectorIndexConfig.*",
      "SchemaDefinition.export",
      "DefineSchemaOptions.*",
    ],
    run: async ({ driver }) => {
      expect(await driver.query("definitions:schemas")).toMatchObject({
        schemaValidation: false,
        tables: [
          {
            tableName: "table",
            indexes: [{ indexDescriptor: "by_a", fields: ["a"] }],
            stagedDbIndexes: [{ indexDescriptor: "staged", fields: ["a"] }],
            searchIndexes: [{ indexDescriptor: "search", searchField: "a", filterFields: [] }],
            vectorIndexes: [{ indexDescriptor: "vector", vectorField: "e", dimensions: 2, filterFields: [] }],
          },
        ],
      });
    },
  },
  {
    name: "apps and components are defined",
    covers: [
      "convex/server.defineApp",
      "convex/server.defineComponent",
      "convex/server.componentsGeneric",
      "AppDefinition.*",
      "ComponentDefinition.*",
    ],
    run: async ({ driver }) => {
      expect(await driver.query("definitions:components")).toEqual({
        app: "function",
        child: "function",
        reference: "true",
        exported: "function",
      });
    },
  },
  {
    name: "the functions of convex/values work where pushed code runs",
    covers: ["convex/values.*"],
    run: async ({ driver }) => {
      const value = { a: [1n, -0, new Uint8Array([9]).buffer], b: "é" };
      const result = (await driver.query("definitions:valueFunctions", { value })) as Record<string, unknown>;
      expect(result).toEqual({
        json: '{"a":[{"$integer":"AQAAAAAAAAA="},{"$float":"AAAAAAAAAIA="},{"$bytes":"CQ=="}],"b":"é"}',
        same: 0,
        size: 33,
        documentSize: expect.any(Number) as number,
        base64: "AQID",
        bytes: [1, 2, 3],
        order: [-1, 1, -1],
        error: '{"a":1}',
      });
    },
  },
  {
    name: "audit entries are written; fields of the system are refused",
    covers: ["convex/server.log", "syscall 1.0/auditLog"],
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("definitions:audits", { tag })).toBe(
        'Audit log body keys must not start with "$": "$bad"',
      );
    },
  },
  {
    name: "a mutation signs tokens",
    covers: ["MutationAuth.signJwt", "SignJwtOptions.*", "syscall 1.0/signJwt"],
    wireOnly: "convex-test does not sign",
    run: async ({ driver }) => {
      const token = (await driver.mutation("definitions:signs")) as string;
      const claims = JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as Record<string, number>;
      expect(claims).toMatchObject({ sub: "ann", aud: "conformance" });
      expect(claims.exp! - claims.iat!).toBe(60);
    },
  },
  {
    name: "services of Convex Cloud say that they are not there",
    covers: [
      "convex/server.getServiceToken",
      "convex/server.getServiceUrl",
      "syscall 1.0/createServiceToken",
      "syscall 1.0/getServiceUrl",
    ],
    wireOnly: "convex-test has no text of its own for them",
    run: async ({ driver }) => {
      for (const message of (await driver.action("definitions:services")) as string[]) {
        expect(message).toMatch(/not (available|supported)/);
      }
    },
  },
];
