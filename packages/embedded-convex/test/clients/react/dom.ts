/** A document for React, beside Node's own globals: with jsdom's URL in their place, nothing else of these tests would run. */
interface Dom {
  window: { document: unknown };
}

// A name that is not checked: there are no types for it.
const jsdom: string = "jsdom";
const { JSDOM } = (await import(jsdom)) as { JSDOM: new (html: string, options: { url: string }) => Dom };

const { window } = new JSDOM("<!doctype html><body></body>", { url: "http://127.0.0.1/" });
Object.assign(globalThis, { window, document: window.document });

export {};
