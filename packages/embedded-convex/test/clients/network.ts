/** A network between clients and a deployment that can be cut, silenced and slowed down. */
import { once } from "node:events";
import { createServer, Socket } from "node:net";

export interface Network {
  url: string;
  /** Ends all connections. */
  cut(): void;
  /** Nothing passes any more, and nobody is told: a cable is pulled. Connections made from now on pass. */
  freeze(): void;
  /** Every so many bytes toward the client, the connection is cut; 0: never. */
  cutAfterBytes(bytes: () => number): void;
  close(): Promise<void>;
}

export async function startNetwork(target: string): Promise<Network> {
  const { port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  let nextCut: () => number = () => Infinity;
  const server = createServer((client) => {
    const upstream = new Socket();
    upstream.connect(Number(targetPort), "127.0.0.1");
    let left = nextCut();
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
        sockets.delete(socket);
      });
    }
    client.pipe(upstream);
    upstream.on("data", (data: Buffer) => {
      left -= data.length;
      // Also in the middle of a frame.
      if (left <= 0) client.write(data.subarray(0, Math.max(0, data.length + left)), () => client.destroy());
      else if (!client.write(data)) {
        upstream.pause();
        client.once("drain", () => upstream.resume());
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    freeze() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.removeAllListeners("data");
        socket.pause();
      }
    },
    cutAfterBytes: (bytes) => (nextCut = bytes),
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
