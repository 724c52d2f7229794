import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { sourceOf } from "./clientAddress.ts";

function from(remoteAddress: string | undefined, headers: Record<string, string> = {}): IncomingMessage {
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

it.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8::1", "2001:db8::1"],
  [undefined, null],
])("the address of a socket: %s", (remote, expected) => {
  expect(sourceOf(from(remote), 0).ip).toBe(expected);
});

const chain = { "x-forwarded-for": "6.6.6.6, 198.51.100.7, 10.0.0.2" };

it.each([
  ["no header counts without a trusted proxy", 0, "127.0.0.1"],
  ["one proxy has appended its caller", 1, "10.0.0.2"],
  ["two proxies: what stands further left was sent by the caller", 2, "198.51.100.7"],
  ["fewer entries than proxies: somebody came around them", 9, "127.0.0.1"],
])("%s", (_name, trusted, expected) => {
  expect(sourceOf(from("127.0.0.1", chain), trusted).ip).toBe(expected);
});

it.each(["unknown", "198.51.100.7:1234", "<script>", ""])("what is no address is not believed: %s", (text) => {
  expect(sourceOf(from("127.0.0.1", { "x-forwarded-for": text }), 1).ip).toBe("127.0.0.1");
});

it("the User-Agent is cut to a length that can be stored", () => {
  expect(sourceOf(from("127.0.0.1", { "user-agent": "x".repeat(5_000) }), 0).userAgent).toHaveLength(1_000);
  expect(sourceOf(from("127.0.0.1"), 0).userAgent).toBeNull();
});
