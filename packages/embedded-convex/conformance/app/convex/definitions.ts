import {
  componentsGeneric,
  cronJobs,
  defineApp,
  defineComponent,
  defineSchema,
  defineTable,
  getServiceToken,
  getServiceUrl,
  httpActionGeneric,
  HttpRouter,
  httpRouter,
  log,
  actionGeneric,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
  ROUTABLE_HTTP_METHODS,
} from "convex/server";
import {
  Base64,
  compareValues,
  ConvexError,
  convexToJson,
  getConvexSize,
  getDocumentSize,
  jsonToConvex,
  v,
  type Value,
} from "convex/values";
import crons from "./crons";

/** What modules define with `convex/server`, seen from inside of a function. */

const messageOf = (body: () => unknown) => {
  try {
    body();
    return "allowed";
  } catch (error) {
    return (error as Error).message;
  }
};

const handler = httpActionGeneric(() => Promise.resolve(new Response()));
const job = makeFunctionReference<"mutation", { tag: string }>("scheduling:failing");

/** The crons of this deployment, and what they may not be. */
export const cronDefinitions = queryGeneric({
  handler: () => ({
    crons: JSON.parse(crons.export()) as Value,
    refused: {
      twice: messageOf(() => {
        const jobs = cronJobs();
        jobs.interval("a", { seconds: 1 }, job, { tag: "" });
        jobs.interval("a", { seconds: 1 }, job, { tag: "" });
      }),
      "no time": messageOf(() => cronJobs().interval("a", { seconds: 0 }, job, { tag: "" })),
      "minute 60": messageOf(() => cronJobs().hourly("a", { minuteUTC: 60 }, job, { tag: "" })),
      "day 32": messageOf(() => cronJobs().monthly("a", { day: 32, hourUTC: 0, minuteUTC: 0 }, job, { tag: "" })),
    },
  }),
});

export const routers = queryGeneric({
  handler: () => {
    const router = httpRouter();
    router.route({ path: "/a", method: "GET", handler });
    router.route({ pathPrefix: "/b/", method: "POST", handler });
    return {
      isRouter: router instanceof HttpRouter,
      methods: [...ROUTABLE_HTTP_METHODS],
      routes: router.getRoutes().map(([path, method]) => `${method} ${path}`),
      found: [
        router.lookup("/a", "GET")?.[2],
        router.lookup("/b/c", "POST")?.[2],
        router.lookup("/c", "GET")?.[2] ?? null,
      ],
      head: router.lookup("/a", "HEAD")?.[1],
      refused: {
        twice: messageOf(() => router.route({ path: "/a", method: "GET", handler })),
        "no slash": messageOf(() => router.route({ path: "a", method: "GET", handler })),
        "no slash at the end": messageOf(() => router.route({ pathPrefix: "/c", method: "GET", handler })),
        reserved: messageOf(() => router.route({ path: "/.files/x", method: "GET", handler })),
        method: messageOf(() => router.route({ path: "/d", method: "TRACE" as "GET", handler })),
      },
    };
  },
});

/** The router answers requests by itself in tests of applications; not on a deployment. */
export const runsRequest = queryGeneric({
  handler: async () => {
    try {
      await httpRouter().runRequest("{}", "/nowhere");
      return "answered";
    } catch (error) {
      return (error as Error).message;
    }
  },
});

export const schemas = queryGeneric({
  handler: () => {
    const table = defineTable({ a: v.string(), e: v.array(v.float64()) })
      .index("by_a", ["a"])
      .index("staged", { fields: ["a"], staged: true })
      .searchIndex("search", { searchField: "a", filterFields: [] })
      .vectorIndex("vector", { vectorField: "e", dimensions: 2 });
    const schema = defineSchema({ table }, { schemaValidation: false });
    return JSON.parse((schema as unknown as { export(): string }).export()) as Value;
  },
});

export const components = queryGeneric({
  handler: () => {
    const child = defineComponent("child");
    const app = defineApp();
    return {
      app: typeof app.use,
      child: typeof child.use,
      reference: String(componentsGeneric().child !== undefined),
      exported: typeof (app as unknown as { export(): unknown }).export,
    };
  },
});

/** The functions of `convex/values`, run where pushed code runs. */
export const valueFunctions = queryGeneric({
  args: { value: v.any() },
  handler: (_ctx, { value }) => ({
    json: JSON.stringify(convexToJson(value as Value)),
    same: compareValues(value as Value, jsonToConvex(convexToJson(value as Value))),
    size: getConvexSize(value as Value),
    documentSize: getDocumentSize({ _id: "x".repeat(32), _creationTime: 1, value: value as Value }),
    base64: Base64.fromByteArray(new Uint8Array([1, 2, 3])),
    bytes: [...Base64.toByteArray("AQID")],
    order: [compareValues(1n, 1), compareValues("b", "a"), compareValues(undefined, null)],
    error: new ConvexError({ a: 1 }).message,
  }),
});

export const audits = mutationGeneric({
  args: { tag: v.string() },
  handler: async (_ctx, { tag }) => {
    await log.audit({ action: "tested", tag, at: log.vars.now, by: log.vars.requestId });
    const refused = await log.audit({ $bad: 1 }).then(String, (error: Error) => error.message);
    return refused;
  },
});

export const signs = mutationGeneric({
  handler: async (ctx) => {
    const auth = ctx.auth as unknown as { signJwt(options: object): Promise<string> };
    return await auth.signJwt({ claims: { sub: "ann", aud: "conformance" }, expiresInSeconds: 60 });
  },
});

export const services = actionGeneric({
  handler: async () => {
    const message = (error: Error) => error.message;
    return [await getServiceToken("ai-gateway").catch(message), await getServiceUrl("ai-gateway").catch(message)];
  },
});
