"use node";
import { actionGeneric } from "convex/server";
import { v } from "convex/values";
import { doHarm } from "./harm";

export const inAction = actionGeneric({ args: { harm: v.string() }, handler: (_ctx, { harm }) => doHarm(harm) });

export const exit = actionGeneric({
  args: {},
  handler: async () => {
    const real = await import("node:process");
    real.exit(3);
  },
});

/** Names of the variables that Node's own modules show. */
export const environment = actionGeneric({
  args: {},
  handler: async () => {
    const real = await import("node:process");
    return { module: Object.keys(real.env), global: Object.keys(process.env) };
  },
});

/** What a program sees that a function starts. */
export const childEnvironment = actionGeneric({
  args: {},
  handler: async () => {
    const { execFileSync } = await import("node:child_process");
    return execFileSync("env", { encoding: "utf8" });
  },
});

/** How each way out to this machine ends: its error's code, or "connected". */
export const connect = actionGeneric({
  args: { port: v.number() },
  handler: async (_ctx, { port }) => {
    const [net, tls, http, https, http2, dgram] = await Promise.all([
      import("node:net"),
      import("node:tls"),
      import("node:http"),
      import("node:https"),
      import("node:http2"),
      import("node:dgram"),
    ]);
    type Emitter = { once(event: string, listener: (error?: { code?: string }) => void): unknown };
    const outcome = (emitter: Emitter, success = "connect") =>
      new Promise<string>((resolve) => {
        emitter.once("error", (error) => resolve(error?.code ?? "no code"));
        emitter.once(success, () => resolve("connected"));
      });
    const udp = dgram.createSocket("udp4");
    const datagram = new Promise<string>((resolve) => {
      udp.send("x", port, "127.0.0.1", (error) => resolve((error as { code?: string } | null)?.code ?? "connected"));
    });
    return {
      address: await outcome(net.connect(port, "127.0.0.1")),
      name: await outcome(net.connect({ port, host: "localhost" })),
      noHost: await outcome(new net.Socket().connect(port)),
      mapped: await outcome(net.connect({ port, host: "::ffff:127.0.0.1" })),
      ownLookup: await outcome(
        net.connect({
          port,
          host: "public.example",
          lookup: (_host, options, done) =>
            options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4),
        }),
      ),
      unixSocket: await outcome(net.connect("/var/run/docker.sock")),
      metadata: await outcome(net.connect(80, "169.254.169.254")),
      tls: await outcome(tls.connect({ port, host: "127.0.0.1" })),
      http: await outcome(http.get({ port, host: "0.0.0.0" }), "response"),
      https: await outcome(https.get({ port, host: "localhost" }), "response"),
      // A session says that it is connected before it has heard from anybody.
      http2: await outcome(http2.connect(`http://127.0.0.1:${port}`), "remoteSettings"),
      datagram: await datagram,
    };
  },
});
