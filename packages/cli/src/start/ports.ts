import { createServer } from "node:net";
import { SettingError } from "./addresses.ts";

/** @throws SettingError when nothing can listen on `host:port`, naming the variable that chooses another port. */
export function requireFreePort(host: string, port: number, variable: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === "EADDRINUSE"
          ? `Port ${port} is in use. Stop what listens there or set ${variable} to another port.`
          : `Cannot listen on ${host}:${port} (${error.code}). Set PATCHBAY_HOST or ${variable} to an address of this machine.`;
      reject(new SettingError(reason));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}
