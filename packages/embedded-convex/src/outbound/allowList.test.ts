import { describe, expect, it } from "vitest";
import { OutboundAllowList } from "./allowList.ts";

describe("OutboundAllowList", () => {
  it("allows exactly what is listed, in any spelling of the host", () => {
    const allow = new OutboundAllowList(["Example.COM:80", "10.0.0.5:8080", "[::1]:9000", "0x7f.1:7000"]);
    expect(allow.list()).toEqual(["example.com:80", "10.0.0.5:8080", "[::1]:9000", "127.0.0.1:7000"]);
    for (const [host, port] of [
      ["example.com", 80],
      ["EXAMPLE.com.", 80],
      ["10.0.0.5", 8080],
      ["[::1]", 9000],
      ["0:0:0:0:0:0:0:1", 9000],
      ["2130706433", 7000],
    ] as const) {
      expect(allow.allows(host, port), `${host}:${port}`).toBe(true);
    }
    for (const [host, port] of [
      ["example.com", 443],
      ["sub.example.com", 80],
      ["10.0.0.6", 8080],
      ["::2", 9000],
      ["", 80],
    ] as const) {
      expect(allow.allows(host, port), `${host}:${port}`).toBe(false);
    }
  });

  it("knows wildcards for hosts, suffixes and ports", () => {
    const allow = new OutboundAllowList(["*:8080", "10.0.0.1:*", "*.internal:443"]);
    expect(allow.allows("anything", 8080)).toBe(true);
    expect(allow.allows("10.0.0.1", 1)).toBe(true);
    expect(allow.allows("a.b.internal", 443)).toBe(true);
    expect(allow.allows("internal", 443)).toBe(false);
    expect(allow.allows("notinternal", 443)).toBe(false);
    expect(allow.allows("anything", 8081)).toBe(false);
  });

  it("removes entries, and forgets those whose time is over", () => {
    let now = 1_000;
    const allow = new OutboundAllowList([], () => now);
    allow.add("a.example:80", 500);
    allow.add("b.example:80");
    allow.remove("B.example:80");
    allow.remove("never.example:80");
    expect(allow.list()).toEqual(["a.example:80"]);
    now = 1_500;
    expect(allow.allows("a.example", 80)).toBe(false);
    expect(allow.list()).toEqual([]);
  });

  it("never shortens an allowance by adding it again", () => {
    let now = 0;
    const allow = new OutboundAllowList(["a.example:80"], () => now);
    allow.add("a.example:80", 10);
    now = 1_000;
    expect(allow.allows("a.example", 80)).toBe(true);
  });

  it.each([
    "",
    "host",
    "host:",
    ":80",
    "host:0",
    "host:65536",
    "host:8o",
    "http://host:80",
    "a b:80",
    "host:80/path",
    "a.*.b:80",
    "::1:80",
    "*.:80",
    "u@h:80",
  ])("refuses %j", (entry) => {
    expect(() => new OutboundAllowList([entry])).toThrow(entry === "" ? "host:port" : entry);
  });

  it("refuses lifetimes that are no time", () => {
    for (const ttlMs of [0, -1, NaN]) expect(() => new OutboundAllowList().add("a:80", ttlMs)).toThrow("positive");
  });
});
