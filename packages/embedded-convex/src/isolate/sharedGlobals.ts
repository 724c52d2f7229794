/**
 * Host classes and functions that all realms of a thread see, and how they are kept from being altered: what one function's code did
 * to them would reach other components, the next version of the code, and the host itself.
 */

/**
 * The ArrayBuffer and typed array constructors are shared because Convex's value code asks `instanceof ArrayBuffer` on both sides of
 * the boundary.
 */
export const SHARED_GLOBALS = [
  "Request",
  "Response",
  "Headers",
  "FormData",
  "Blob",
  "File",
  "URL",
  "URLSearchParams",
  "TextEncoder",
  "TextDecoder",
  "TextEncoderStream",
  "TextDecoderStream",
  "ReadableStream",
  "ReadableStreamDefaultReader",
  "WritableStream",
  "TransformStream",
  "CompressionStream",
  "DecompressionStream",
  "AbortController",
  "Event",
  "EventTarget",
  "CustomEvent",
  "DOMException",
  "Crypto",
  "CryptoKey",
  "SubtleCrypto",
  "atob",
  "btoa",
  "structuredClone",
  "queueMicrotask",
  "clearTimeout",
  "clearInterval",
  "ArrayBuffer",
  "SharedArrayBuffer",
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

/**
 * Makes everything that is reached from shared globals by names and prototypes unchangeable, the host's own `Object.prototype`
 * included. To be called once in a thread that runs pushed code, before it does, and after the thread has made its own changes.
 *
 * Objects that inherit from what is frozen can still be given properties of the same names, as always: inherited data properties
 * become accessors for that, since assigning to one that cannot be written throws.
 */
export function hardenSharedGlobals(): void {
  const seen = new Set<object>();
  // Realms have an `AbortSignal` of their own with this one's prototype; and some of what they are given are async functions.
  const waiting: unknown[] = [AbortSignal, async () => undefined, ...SHARED_GLOBALS.map((name) => globalThis[name])];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (!isObject(value) || seen.has(value)) continue;
    seen.add(value);
    waiting.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) waiting.push(...Object.values(descriptorOf(value, key)));
  }
  for (const value of seen) freeze(value);
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Its value, or getter and setter, and flags. */
function descriptorOf(value: object, key: PropertyKey): Omit<PropertyDescriptor, "value"> & { value?: unknown } {
  return Object.getOwnPropertyDescriptor(value, key)!;
}

function freeze(target: object): void {
  // Their instances are given no properties by name; and this is what is called most.
  const isInherited = Object.hasOwn(target, "constructor") && !isBinary(target);
  for (const key of isInherited ? Reflect.ownKeys(target) : []) {
    const { value, configurable, writable, enumerable } = descriptorOf(target, key);
    if (configurable !== true || writable !== true) continue;
    Object.defineProperty(target, key, {
      ...overridable(target, key, value),
      enumerable: enumerable === true,
      configurable: false,
    });
  }
  Object.freeze(target);
}

/** A property that cannot be changed, but be defined anew by assigning to it where it is inherited. */
function overridable(target: object, key: PropertyKey, value: unknown): Pick<PropertyDescriptor, "get" | "set"> {
  const accessors = {
    get: () => value,
    set(this: unknown, next: unknown) {
      if (!isObject(this) || this === target) throw new TypeError(`Cannot change "${String(key)}": it is shared.`);
      Object.defineProperty(this, key, { value: next, writable: true, enumerable: true, configurable: true });
    },
  };
  for (const accessor of Object.values(accessors)) Object.freeze(accessor);
  return accessors;
}

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;
const BUFFERS: readonly object[] = [
  TYPED_ARRAY,
  ArrayBuffer.prototype,
  SharedArrayBuffer.prototype,
  DataView.prototype,
];

function isBinary(target: object): boolean {
  return BUFFERS.includes(target) || Object.getPrototypeOf(target) === TYPED_ARRAY;
}
