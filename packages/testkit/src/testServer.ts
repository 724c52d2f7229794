/** A small HTTP server on 127.0.0.1 that notes what it receives. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  receivedAtMs: number;
}

export interface TestServerOptions {
  /** Makes the answer; `200 {"ok":true}` by default. */
  respond?: (request: ReceivedRequest) => TestAnswer | Promise<TestAnswer>;
  /** Waits this long before it answers. */
  latencyMs?: number;
  /** Whether `requests` keeps what was received (it does by default); not for millions of requests. */
  keep?: boolean;
}

export interface TestAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Closes the connection instead of answering. */
  reset?: boolean;
}

export interface TestServer {
  url: string;
  port: number;
  requests: ReceivedRequest[];
  close(): Promise<void>;
}

/** Starts the server on a free port. Close it when the test is over. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing, { requests, options }).catch((thrown: unknown) => {
      outgoing.statusCode = 500;
      outgoing.end(String(thrown));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error ? reject(error) : resolve()));
      }),
  };
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  context: { requests: ReceivedRequest[]; options: TestServerOptions },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const request: ReceivedRequest = {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks).toString("utf8"),
    receivedAtMs: Date.now(),
  };
  const { latencyMs, respond, keep = true } = context.options;
  if (keep) context.requests.push(request);
  if (latencyMs) await new Promise((resolve) => setTimeout(resolve, latencyMs));
  const answer = (await respond?.(request)) ?? {};
  if (answer.reset) {
    incoming.socket.destroy();
    return;
  }
  outgoing.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
  outgoing.end(answer.body ?? '{"ok":true}');
}
