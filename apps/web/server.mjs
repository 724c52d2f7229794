// Serves the built app. A file of its own rather than `next start`, because the server must end when the pipe from its
// parent closes, tell when it is ready, and read its addresses at start.
import { createServer } from "node:http";
import next from "next";

const hostname = process.env.PATCHBAY_HOST ?? "127.0.0.1";
const port = Number(process.env.PATCHBAY_PORT ?? 3000);

const app = next({ dev: false, dir: import.meta.dirname, hostname, port });
await app.prepare();
const handle = app.getRequestHandler();

const server = createServer((request, response) => {
  // Once Next has copied a body for the proxy, it puts the copy's methods onto the request, and with them the plain stream's
  // way of failing: a client that goes away then makes the request emit an `error` that nobody listens to: an uncaught
  // exception. The response closes first, and there is nothing left to do for a client that is gone. (Listening from the
  // beginning would not help: the copy brings its own list of listeners.)
  response.once("close", () => request.on("error", () => undefined));
  handle(request, response).catch((error) => {
    console.error(`${request.method} ${request.url} failed:`, error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
server.keepAliveTimeout = 65_000;
server.on("error", (error) => {
  console.error(
    error.code === "EADDRINUSE" ? `Port ${port} is in use. Set PATCHBAY_PORT to another port.` : error.message,
  );
  process.exit(1);
});
server.listen(port, hostname, () => console.log(JSON.stringify({ ready: true, url: `http://${hostname}:${port}` })));

function stop() {
  server.close(() => process.exit(0));
  server.closeAllConnections();
}
process.once("SIGTERM", stop).once("SIGINT", stop);
process.stdin.resume().once("end", stop).once("close", stop);
