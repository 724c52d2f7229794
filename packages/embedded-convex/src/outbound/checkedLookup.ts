import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import type { OutboundRefusedError } from "./errors.ts";

/** A look-up that fails when any of a name's addresses is refused: the socket tries them all. */
export function checkedLookup(
  lookup: LookupFunction,
  refuse: (address: string) => OutboundRefusedError | null,
): LookupFunction {
  return (hostname, lookupOptions, callback) => {
    lookup(hostname, lookupOptions, (error, addresses: string | LookupAddress[], family) => {
      if (error !== null) return callback(error, addresses, family);
      const list = typeof addresses === "string" ? [addresses] : addresses.map(({ address }) => address);
      for (const address of list) {
        const refused = refuse(address);
        if (refused !== null) return callback(refused, addresses, family);
      }
      callback(null, addresses, family);
    });
  };
}
