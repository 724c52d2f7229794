import { paginationOptsValidator, type PaginationOptions } from "convex/server";
import { v, type GenericValidator } from "convex/values";

export { paginationOptsValidator };

/** The `returns` validator of a paged query over `item`s. */
export function paginated<Item extends GenericValidator>(item: Item) {
  return v.object({
    page: v.array(item),
    isDone: v.boolean(),
    continueCursor: v.string(),
    splitCursor: v.optional(v.union(v.string(), v.null())),
    pageStatus: v.optional(v.union(v.literal("SplitRecommended"), v.literal("SplitRequired"), v.null())),
  });
}

/** No list hands out more than this many items at once, whatever a client asks for. */
const MAX_PAGE_ITEMS = 100;

/** The client's options with a bounded page size. */
export function boundedPage(options: PaginationOptions): PaginationOptions {
  return { ...options, numItems: Math.max(1, Math.min(options.numItems, MAX_PAGE_ITEMS)) };
}

/** Maps the items of a Convex page, keeping its cursors. */
export async function mapPage<Page extends { page: unknown[] }, Out>(
  result: Page,
  map: (item: Page["page"][number]) => Promise<Out> | Out,
): Promise<Omit<Page, "page"> & { page: Out[] }> {
  return { ...result, page: await Promise.all(result.page.map(map)) };
}
