/** IP addresses and the networks that hold them, as bits. */

/** Whether an address is one of the list, or in one of its networks (`203.0.113.0/24`, `2001:db8::/32`). */
export function isAllowedAddress(address: string | null, allowed: readonly string[]): boolean {
  const bits = address === null ? null : toBits(address);
  if (bits === null) return false;
  return allowed.some((entry) => {
    const [network = "", length] = entry.split("/");
    const prefix = toBits(network);
    if (prefix?.length !== bits.length) return false;
    const count = length === undefined ? bits.length : Number(length);
    return count >= 0 && count <= bits.length && bits.slice(0, count) === prefix.slice(0, count);
  });
}

/** 32 or 128 characters of 0 and 1; null for what is no address. An IPv4 address mapped into IPv6 is the IPv4 address. */
function toBits(text: string): string | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  const address = mapped ?? text;
  return address.includes(":") ? bitsOfV6(address) : bitsOfV4(address);
}

function bitsOfV4(text: string): string | null {
  const parts = text.split(".");
  const isAddress = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return isAddress ? parts.map((part) => Number(part).toString(2).padStart(8, "0")).join("") : null;
}

function bitsOfV6(text: string): string | null {
  const [head = "", tail, ...rest] = text.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - before.length - after.length;
  const isComplete = tail === undefined ? missing === 0 : missing >= 1;
  const groups = [...before, ...Array<string>(Math.max(0, missing)).fill("0"), ...after];
  if (rest.length > 0 || !isComplete || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}
