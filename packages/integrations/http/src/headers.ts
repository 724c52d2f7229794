import { errors } from "@patchbay/sdk";
import type { RequestInput } from "./input.ts";

/** Set by the connection itself; a request that contradicts them could be read differently by each server on its way. */
const ownHeaders = new Set(["connection", "content-length", "host", "transfer-encoding", "upgrade", "te", "trailer"]);

/** The address with the query parameters added to those it has. */
export function buildUrl({ url: text, query }: Pick<RequestInput, "url" | "query">): URL {
  if (!URL.canParse(text)) {
    throw errors.invalid(`URL: "${text.slice(0, 200)}" is not a complete address. It begins with https://.`);
  }
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw errors.invalid(`URL: ${url.protocol}// addresses cannot be called, only https:// and http://.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw errors.invalid("URL: put user name and password in a connection, not in the address.");
  }
  for (const { name, value } of query) url.searchParams.append(name, value);
  url.hash = "";
  return url;
}

/** The user's headers, checked, with a content type where they name none. */
export function buildHeaders(list: RequestInput["headers"], contentType: string | undefined): Headers {
  const headers = new Headers();
  for (const { name, value } of list) {
    if (ownHeaders.has(name.trim().toLowerCase())) {
      throw errors.invalid(`Headers: ${name} is set by Patchbay itself. Remove it.`);
    }
    try {
      headers.append(name.trim(), value);
    } catch {
      throw errors.invalid(`Headers: "${name.slice(0, 100)}" has a name or a value that HTTP does not allow.`);
    }
  }
  if (contentType !== undefined && !headers.has("content-type")) headers.set("Content-Type", contentType);
  if (!headers.has("user-agent")) headers.set("User-Agent", "Patchbay");
  return headers;
}
