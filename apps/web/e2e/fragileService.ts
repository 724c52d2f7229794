import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FragileService {
  url: string;
  /** Whether it does what it is asked; it answers 503 otherwise, unless the body says `"urgent": true`. */
  isUp: boolean;
  /** Bodies of the requests that it did, in their order. */
  done: Record<string, unknown>[];
  close(): Promise<void>;
}

/** A service for HTTP nodes that is down until a journey lets it come back. */
export async function startFragileService(port: number): Promise<FragileService> {
  const service: FragileService = { url: "", isUp: false, done: [], close: () => Promise.resolve() };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString() || "{}") as Record<string, unknown>;
      const isDone = service.isUp || body.urgent === true;
      if (isDone) service.done.push(body);
      const answer = isDone ? { reservation: `r-${service.done.length}` } : { error: "The warehouse is closed." };
      response.writeHead(isDone ? 201 : 503, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  service.url = `http://127.0.0.1:${address.port}/reserve`;
  service.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return service;
}
