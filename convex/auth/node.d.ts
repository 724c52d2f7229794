/** What `passwords.ts` uses of Node: the types of all of it would make every file here believe that it runs in Node. */
declare module "node:crypto" {
  export function scrypt(
    password: Uint8Array,
    salt: Uint8Array,
    length: number,
    cost: { N: number; r: number; p: number },
    callback: (error: Error | null, key: Uint8Array) => void,
  ): void;
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}
