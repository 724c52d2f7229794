import type { Transaction } from "../transaction/transaction.ts";
import type { PageCursors } from "../functions/pageCursors.ts";
import { type PageJournal, readPage } from "../functions/pagination.ts";
import { planQuery } from "../functions/plan.ts";
import { tableEnd } from "../store/catalog.ts";
import { CallError } from "../functions/results.ts";
import type { ConvexJson } from "../values/json.ts";
import type { TransferStates } from "../data/transferStates.ts";
import type { Manifest } from "./manifest.ts";

/** What the reads of the CLI are answered from. */
export interface SystemQueryServices {
  transfers: TransferStates;
  manifest(): Manifest;
  /** Stored environment variables (never those of the environment file). */
  storedEnv(): Record<string, string>;
  pageCursors: PageCursors;
  cloudUrl: string;
  siteUrl: string;
}

interface SystemCall {
  transaction: Transaction;
  component: string;
  args: Record<string, ConvexJson>;
  journal: { last: PageJournal | null; next: PageJournal | null };
}

/** The `_system/...` functions that `convex deploy`, `dev`, `run`, `env`, `data` and `function-spec` read. Returns JSON text. */
export class SystemQueries {
  readonly #services: SystemQueryServices;
  readonly #handlers: Record<string, (call: SystemCall) => string>;

  constructor(services: SystemQueryServices) {
    this.#services = services;
    this.#handlers = {
      "cli/modules:apiSpec": (call) => this.#apiSpec(call.component),
      "cli/convexUrl:cloudUrl": () => JSON.stringify(services.cloudUrl),
      "cli/convexUrl:siteUrl": () => JSON.stringify(services.siteUrl),
      "cli/queryEnvironmentVariables": () => this.#environment(),
      "cli/queryEnvironmentVariables:get": (call) => this.#variable(call.args.name),
      "cli/tables": (call) => tables(call),
      "cli/tableData": (call) => this.#tableData(call),
      "cli/tableSize": (call) => tableSize(call),
      "cli/queryTable": (call) => tableSize(call),
      "cli/exports:getLatest": ({ transaction }) => services.transfers.newest(transaction, "_exports", 1)[0] ?? "null",
      "cli/queryImport": ({ transaction, args }) =>
        services.transfers.get(transaction, "_snapshot_imports", args.importId as string) ?? "null",
      "cli/queryImport:list": ({ transaction }) =>
        `[${services.transfers.newest(transaction, "_snapshot_imports").join(",")}]`,
      "frontend/components:list": () => this.#components(),
      "frontend/getSchemas": (call) => this.#schemas(call.component),
    };
  }

  /** @throws CallError for a system function that is not offered here. */
  run(path: string, call: SystemCall): string {
    const name = path
      .replace(/^_system\//, "")
      .replace(/\.js(?=:|$)/, "")
      .replace(/:default$/, "");
    const handler = Object.hasOwn(this.#handlers, name) ? this.#handlers[name] : undefined;
    if (handler === undefined)
      throw new CallError(`Could not find function for '${path}': the embedded deployment does not offer it.`);
    return handler(call);
  }

  #apiSpec(component: string): string {
    const manifest = this.#services.manifest().components.find(({ path }) => path === component);
    const specs = Object.entries(manifest?.functions ?? {}).flatMap(([module, { functions, httpRoutes }]) => [
      ...functions.map((fn) => ({
        identifier: `${module}:${fn.name}`,
        functionType: fn.udfType,
        visibility: fn.visibility,
        args: JSON.parse(fn.args) as unknown,
        returns: JSON.parse(fn.returns) as unknown,
      })),
      ...(httpRoutes ?? []).map(({ route }) => ({
        functionType: "HttpAction",
        path: route.path,
        method: route.method,
      })),
    ]);
    return JSON.stringify(specs);
  }

  #components(): string {
    const { components, unmounted } = this.#services.manifest();
    const describe = (path: string, state: "active" | "unmounted") => ({
      id: path,
      name: path.split("/").pop(),
      path,
      args: {},
      state,
    });
    const installed = components.filter(({ path }) => path !== "").map(({ path }) => describe(path, "active"));
    return JSON.stringify([...installed, ...unmounted.map((path) => describe(path, "unmounted"))]);
  }

  #environment(): string {
    return JSON.stringify(Object.entries(this.#services.storedEnv()).map(([name, value]) => ({ name, value })));
  }

  #variable(name: ConvexJson | undefined): string {
    const env = this.#services.storedEnv();
    return typeof name === "string" && Object.hasOwn(env, name) ? JSON.stringify({ name, value: env[name] }) : "null";
  }

  #tableData(call: SystemCall): string {
    const { table, order, paginationOpts } = call.args as {
      table: string;
      order?: "asc" | "desc";
      paginationOpts: { numItems: number; cursor: string | null; endCursor?: string | null };
    };
    const source = { type: "FullTableScan" as const, tableName: table, order: order ?? "desc" };
    const plan = planQuery(call.transaction.catalog, call.component, { source, operators: [] });
    const request = {
      cursor: paginationOpts.cursor,
      endCursor: paginationOpts.endCursor ?? null,
      pageSize: paginationOpts.numItems,
    };
    const page = readPage(call.transaction, this.#services.pageCursors, plan, request, call.journal.last);
    call.journal.next = page.journal;
    return page.json;
  }

  #schemas(component: string): string {
    const schema = this.#services.manifest().components.find(({ path }) => path === component)?.schema ?? null;
    return JSON.stringify({ active: schema === null ? null : JSON.stringify(schema), inProgress: null });
  }
}

function tables({ transaction, component }: SystemCall): string {
  const names = transaction.catalog.tables(component).map(({ name }) => name);
  const page = names.filter((name) => !name.startsWith("_")).map((name) => ({ name }));
  return JSON.stringify({ page, isDone: true, continueCursor: "E" });
}

function tableSize({ transaction, component, args }: SystemCall): string {
  const table = transaction.catalog.table(component, (args.tableName ?? args.table ?? "") as string);
  return String(table === undefined ? 0 : transaction.store.countDocuments(table.prefix, tableEnd(table)));
}
