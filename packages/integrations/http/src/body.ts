import type { JsonValue } from "@patchbay/core";
import { errors } from "@patchbay/sdk";
import type { RequestInput } from "./input.ts";

export interface RequestBody {
  body: string | undefined;
  contentType: string | undefined;
}

const none: RequestBody = { body: undefined, contentType: undefined };

/** The request's body by its type. GET and HEAD carry none, whatever is configured. */
export function buildBody(input: RequestInput): RequestBody {
  if (input.method === "GET" || input.method === "HEAD") return none;
  switch (input.bodyType) {
    case "none":
      return none;
    case "json":
      return { body: toJson(input.body), contentType: "application/json" };
    case "text":
      return { body: toText(input.body), contentType: "text/plain; charset=utf-8" };
    case "form":
      return { body: toForm(input), contentType: "application/x-www-form-urlencoded" };
  }
}

/** A mapped value is written as JSON; a text is JSON that the user wrote, so it has to be JSON. */
function toJson(body: JsonValue | undefined): string {
  if (typeof body !== "string") return JSON.stringify(body ?? null);
  try {
    JSON.parse(body);
  } catch (cause) {
    throw errors.invalid(
      `Body: this is not JSON (${cause instanceof Error ? cause.message : String(cause)}). Mapped texts need quotes around them.`,
      { cause },
    );
  }
  return body;
}

function toText(body: JsonValue | undefined): string {
  if (body === undefined || body === null) return "";
  return typeof body === "object" ? JSON.stringify(body) : String(body);
}

/** From the form's own list, else from a mapped object, else a text that is already encoded. */
function toForm({ formFields, body }: RequestInput): string {
  if (formFields.length > 0) return encodeForm(formFields.map(({ name, value }) => [name, value]));
  if (body === undefined || body === null) return "";
  if (typeof body === "string") return body;
  if (typeof body !== "object" || Array.isArray(body)) {
    throw errors.invalid("Body: a form is made from an object, one field for each of its keys.");
  }
  return encodeForm(
    Object.entries(body).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((item): [string, string] => [name, toText(item)]),
    ),
  );
}

const encodeForm = (fields: [string, string][]): string => new URLSearchParams(fields).toString();
