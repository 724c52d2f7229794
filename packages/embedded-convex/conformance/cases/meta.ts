import { expect } from "vitest";
import type { Case } from "../driver.ts";

const METRICS = [
  "bytesRead",
  "bytesWritten",
  "databaseQueries",
  "documentsRead",
  "documentsWritten",
  "functionsScheduled",
  "scheduledFunctionArgsBytes",
];

export const metaCases: readonly Case[] = [
  {
    name: "functions know their name, component, type and visibility",
    covers: ["*Meta.getFunctionMetadata", "FunctionMetadata.*", "syscall 1.0/getFunctionMetadata", "Generic*Ctx.meta"],
    run: async ({ driver }) => {
      const of = (name: string, type: string, visibility: string) => ({
        name: `meta:${name}`,
        componentPath: "",
        type,
        visibility,
      });
      expect(await driver.query("meta:inQuery")).toEqual(of("inQuery", "query", "public"));
      expect(await driver.mutation("meta:inMutation")).toEqual(of("inMutation", "mutation", "public"));
      expect(await driver.action("meta:inAction")).toMatchObject([
        of("inAction", "action", "public"),
        { name: "meta:internal", type: "mutation" },
      ]);
    },
  },
  {
    name: "functions know their deployment",
    covers: ["*Meta.getDeploymentMetadata", "DeploymentMetadata.*", "syscall 1.0/getDeploymentMetadata"],
    run: async ({ driver }) => {
      const expected = { name: expect.any(String) as string, region: null, class: "s16" };
      expect(await driver.query("meta:deployment")).toEqual(expected);
      expect(await driver.mutation("meta:deploymentInMutation")).toEqual(expected);
      expect(await driver.action("meta:deploymentInAction")).toEqual(expected);
    },
  },
  {
    name: "mutations and actions know the request that they belong to",
    covers: ["*Meta.getRequestMetadata", "RequestMetadata.*", "syscall 1.0/getRequestMetadata"],
    run: async ({ driver }) => {
      const first = (await driver.mutation("meta:request")) as Record<string, unknown>;
      expect(Object.keys(first).sort()).toEqual(["authToken", "ip", "requestId", "scheduledFunctionId", "userAgent"]);
      expect(first).toMatchObject({ scheduledFunctionId: null, authToken: null });
      const second = (await driver.mutation("meta:request", {}, { as: { subject: "ann" } })) as Record<string, string>;
      expect(second.requestId).not.toBe(first.requestId);
      expect(second.authToken?.split(".")).toHaveLength(3);
      if (driver.reference === "wire") expect(second.ip).toBe("127.0.0.1");
      // What an action calls belongs to the same request.
      const [own, called] = (await driver.action("meta:requestInAction")) as Record<string, string>[];
      expect(called).toEqual(own);
    },
  },
  {
    name: "transactions know what they have used",
    covers: ["QueryMeta.getTransactionMetrics", "TransactionMetric*.*", "syscall 1.0/getTransactionMetrics"],
    run: async ({ driver, tag }) => {
      const used = (await driver.mutation("meta:metrics", { tag })) as Record<
        string,
        { used: number; remaining: number }
      >;
      for (const name of METRICS) {
        expect(used[name]!.used, name).toBeGreaterThan(0);
        expect(used[name]!.remaining, name).toBeGreaterThan(0);
      }
      expect(used.documentsWritten).toEqual({ used: 3, remaining: 15_997 });
      expect(used.functionsScheduled).toEqual({ used: 1, remaining: 999 });
      expect(used.databaseQueries!.used + used.databaseQueries!.remaining).toBe(4096);
      const unused = (await driver.query("meta:metricsInQuery")) as Record<string, { used: number }>;
      for (const name of METRICS) expect(unused[name]!.used, name).toBe(0);
    },
  },
  {
    name: "a query may be run at the snapshot from before the mutation",
    covers: ["AdvancedRunQueryOptions.useStaleSnapshot"],
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("meta:snapshots", { tag })).toEqual({ stale: 0, own: 1, same: true });
      expect(await driver.mutation("meta:snapshots", { tag })).toEqual({ stale: 1, own: 2, same: true });
    },
  },
];
