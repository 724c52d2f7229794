import { describe, expect, it } from "vitest";
import { readAddresses, SettingError } from "./addresses.ts";

describe("readAddresses", () => {
  it("listens on loopback at the documented ports when nothing is set", () => {
    const addresses = readAddresses({}, "/srv/patchbay");
    expect(addresses).toMatchObject({
      host: "127.0.0.1",
      webUrl: "http://127.0.0.1:3000",
      cloudUrl: "http://127.0.0.1:3210",
      siteUrl: "http://127.0.0.1:3211",
      publicSiteUrl: "http://127.0.0.1:3211",
      publicCloudUrl: "http://127.0.0.1:3210",
      dataFolder: "/srv/patchbay/.patchbay",
      outboundAllow: [],
    });
  });

  it("takes every address from the environment", () => {
    const env = {
      PATCHBAY_PORT: "8080",
      PATCHBAY_CONVEX_PORT: "8081",
      PATCHBAY_SITE_PORT: "8082",
      PATCHBAY_DATA: "/data",
      PATCHBAY_PUBLIC_SITE_URL: "https://hooks.example.org/",
      PATCHBAY_PUBLIC_CONVEX_URL: "https://live.example.org",
      PATCHBAY_OUTBOUND_ALLOW: "127.0.0.1:9000, erp.internal:443,[::1]:80",
    };
    expect(readAddresses(env, "/srv")).toMatchObject({
      webUrl: "http://127.0.0.1:8080",
      cloudUrl: "http://127.0.0.1:8081",
      siteUrl: "http://127.0.0.1:8082",
      publicSiteUrl: "https://hooks.example.org",
      publicCloudUrl: "https://live.example.org",
      dataFolder: "/data",
      outboundAllow: ["127.0.0.1:9000", "erp.internal:443", "[::1]:80"],
    });
  });

  it.each([
    [{}, ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"]],
    [{ PATCHBAY_PUBLIC_URL: "https://patchbay.example.org" }, expect.arrayContaining(["https://patchbay.example.org"])],
    [{ PATCHBAY_HOST: "0.0.0.0" }, null],
  ])("knows which pages may use the deployment with %j", (env, pageOrigins) => {
    expect(readAddresses(env, "/srv")).toMatchObject({ pageOrigins });
  });

  it.each([
    [{ PATCHBAY_PORT: "http" }, "PATCHBAY_PORT"],
    [{ PATCHBAY_CONVEX_PORT: "70000" }, "PATCHBAY_CONVEX_PORT"],
    [{ PATCHBAY_PORT: "3211" }, "PATCHBAY_SITE_PORT"],
    [{ PATCHBAY_TRUSTED_PROXIES: "yes" }, "PATCHBAY_TRUSTED_PROXIES"],
    [{ PATCHBAY_PUBLIC_SITE_URL: "hooks.example.org" }, "PATCHBAY_PUBLIC_SITE_URL"],
    [{ PATCHBAY_PUBLIC_CONVEX_URL: "nope" }, "PATCHBAY_PUBLIC_CONVEX_URL"],
    [{ PATCHBAY_OUTBOUND_ALLOW: "localhost" }, "PATCHBAY_OUTBOUND_ALLOW"],
    [{ PATCHBAY_OUTBOUND_ALLOW: "localhost:99999" }, "PATCHBAY_OUTBOUND_ALLOW"],
    [{ PATCHBAY_OUTBOUND_ALLOW: "localhost:80,erp:0" }, "erp:0"],
  ])("names the variable that is wrong in %o", (env, name) => {
    expect(() => readAddresses(env, "/srv")).toThrow(SettingError);
    expect(() => readAddresses(env, "/srv")).toThrow(name);
  });
});
