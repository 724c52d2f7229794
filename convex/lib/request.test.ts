import { expect, it } from "vitest";
import { networkOf } from "./request.ts";

it.each([
  ["192.0.2.7", "192.0.2.7"],
  ["2001:db8:0:1:aaaa:bbbb:cccc:dddd", "2001:db8:0:1::/64"],
  ["2001:DB8::1:0:0:0:5", "2001:db8:0:1::/64"],
  ["2001:0db8:0000:0001::9", "2001:db8:0:1::/64"],
  ["2001:db8::5", "2001:db8:0:0::/64"],
  ["fe80::", "fe80:0:0:0::/64"],
  ["127.0.0.1", null],
  ["127.9.9.9", null],
  ["::1", null],
  [null, null],
])("the network of %s is %s", (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});
