import { expect, it } from "vitest";
import { createBackend } from "../../test.support.ts";
import { operations } from "./table.ts";

interface OpenApi {
  openapi: string;
  paths: Record<
    string,
    Record<string, { operationId: string; responses: object; requestBody?: { required: boolean } }>
  >;
  components: { schemas: Record<string, unknown> };
}

async function fetchDocument(): Promise<{ document: OpenApi; text: string }> {
  const response = await createBackend().fetch("/api/v1/openapi.json");
  expect(response.status).toBe(200);
  const text = await response.text();
  return { document: JSON.parse(text) as OpenApi, text };
}

it("describes every operation of the table, and is served without a key", async () => {
  const { document } = await fetchDocument();
  expect(document.openapi).toBe("3.1.0");
  for (const { id, method, path, status } of operations) {
    const described = document.paths[path]?.[method.toLowerCase()];
    expect(described?.operationId).toBe(id);
    expect(Object.keys(described?.responses ?? {})).toEqual(expect.arrayContaining([String(status), "401", "422"]));
  }
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});

it("has no reference that leads nowhere", async () => {
  const { document, text } = await fetchDocument();
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(references.length).toBeGreaterThan(10);
  for (const reference of new Set(references)) {
    expect(reference).toMatch(/^#\/components\/schemas\/[\w-]+$/);
    expect(Object.keys(document.components.schemas)).toContain(reference.split("/").at(-1));
  }
});

it("names the schemas that clients will want, and no others", async () => {
  const { document } = await fetchDocument();
  expect(Object.keys(document.components.schemas).sort()).toEqual(
    [
      "Scenario",
      "Draft",
      "Version",
      "Run",
      "RunDetail",
      "Operation",
      "Webhook",
      "Polling",
      "Queue",
      "Wait",
      "Me",
      "Error",
    ].sort(),
  );
  expect(document.paths["/scenarios"]?.post?.requestBody?.required).toBe(true);
  expect(document.paths["/scenarios/{id}/versions"]?.post?.requestBody?.required).toBe(false);
});
