import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Receiver {
  url: string;
  /** Bodies in the order in which they came. */
  bodies: unknown[];
  close(): Promise<void>;
}

/** A small service for HTTP nodes to call: keeps what it gets and answers with a number. */
export async function startReceiver(port: number): Promise<Receiver> {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      bodies.push(text === "" ? null : JSON.parse(text));
      response
        .writeHead(201, { "Content-Type": "application/json" })
        .end(JSON.stringify({ reservation: `r-${bodies.length}` }));
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}/reserve`,
    bodies,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
