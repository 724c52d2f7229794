/**
 * The rules of the guarded `fetch` for Node's own modules, which `"use node"` functions and the packages they bundle use: every TCP
 * connection of a thread (`net`, `tls`, `http`, `https`, `http2`) is checked where it is made, datagrams where their addresses are
 * resolved. It keeps addresses that users have typed from reaching the operator's network. It does not confine code that wants out:
 * pushed code is the operator's own, and may start processes.
 */
import dgram from "node:dgram";
import { lookup as dnsLookup } from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net, { isIP, type LookupFunction } from "node:net";
import { isOwnAddress, isPublicAddress } from "./addresses.ts";
import type { OutboundAllowList } from "./allowList.ts";
import { checkedLookup } from "./checkedLookup.ts";
import { OutboundRefusedError } from "./errors.ts";

export interface NodeGuardOptions {
  allow: OutboundAllowList;
  /** Ports of the deployment itself, which stay closed on this machine's addresses whatever the list says. */
  deniedPorts: () => readonly number[];
}

interface ConnectOptions {
  host?: string;
  port?: number | string;
  path?: string;
  lookup?: LookupFunction;
}

/** Of datagrams, whose port is not known when the address is: only rules for any port apply. */
const UNKNOWN_PORT = 0;

/** Puts the guard in force in this thread, for good. */
export function guardNodeSockets(options: NodeGuardOptions): void {
  const refuse = (host: string, port: number, address: string): OutboundRefusedError | null => {
    const isOwnPort = options.deniedPorts().includes(port) && isOwnAddress(address);
    if (!isOwnPort && (options.allow.allows(host, port) || isPublicAddress(address))) return null;
    return new OutboundRefusedError({ host, port, isOwnPort });
  };
  guardConnections(refuse);
  guardDatagrams(refuse);
  // Also for those who have imported the functions by name.
  syncBuiltinESMExports();
}

type Refuse = (host: string, port: number, address: string) => OutboundRefusedError | null;

function guardConnections(refuse: Refuse): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the socket as `this` below
  const connect = net.Socket.prototype.connect as (this: net.Socket, ...args: unknown[]) => net.Socket;
  function guarded(this: net.Socket, ...args: unknown[]): net.Socket {
    // `net.connect` hands its own arguments over as one marked array, whose first element are the options.
    const list = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
    const target = optionsOf(list);
    const refused = refusalOf(target, refuse);
    if (refused !== null) {
      // As when a connection fails later: who waits for the event must not think that it stands.
      (this as { connecting: boolean }).connecting = true;
      process.nextTick(() => this.destroy(refused));
      return this;
    }
    if (list === args)
      return Reflect.apply(connect, this, [target, ...args.filter((arg) => typeof arg === "function")]);
    list[0] = target;
    return Reflect.apply(connect, this, args);
  }
  net.Socket.prototype.connect = guarded;
}

/** The options of `socket.connect(options)`, `(path)` and `(port, host)`; a copy that may be changed. */
function optionsOf([first, second]: readonly unknown[]): ConnectOptions {
  if (typeof first === "object" && first !== null) return { ...first };
  if (typeof first === "string" && !(Number(first) >= 0)) return { path: first };
  return { port: first as number | string, host: typeof second === "string" ? second : undefined };
}

/** Why the connection must not be made; null if it may, or if that is decided when the name is resolved. */
function refusalOf(target: ConnectOptions, refuse: Refuse): OutboundRefusedError | null {
  if (target.path !== undefined && target.path !== null)
    return new OutboundRefusedError({ host: target.path, port: UNKNOWN_PORT, isOwnPort: false });
  const host = target.host || "localhost";
  const port = Number(target.port);
  if (isIP(host) !== 0) return refuse(host, port, host);
  target.lookup = checkedLookup(target.lookup ?? dnsLookup, (address) => refuse(host, port, address));
  return null;
}

function guardDatagrams(refuse: Refuse): void {
  const create = dgram.createSocket;
  const guarded = (options: dgram.SocketType | dgram.SocketOptions, callback?: () => void): dgram.Socket => {
    const given: dgram.SocketOptions = typeof options === "string" ? { type: options } : options;
    const lookup = (given.lookup as LookupFunction | undefined) ?? dnsLookup;
    let isBinding = false;
    const guardedLookup: LookupFunction = (hostname, lookupOptions, done) => {
      // The address of this side, which is looked up as well, is nobody else's.
      if (isBinding) return lookup(hostname, lookupOptions, done);
      checkedLookup(lookup, (address) => refuse(hostname, UNKNOWN_PORT, address))(hostname, lookupOptions, done);
    };
    const socket = create({ ...given, lookup: guardedLookup as dgram.SocketOptions["lookup"] }, callback);
    const bind = socket.bind.bind(socket) as (...args: unknown[]) => dgram.Socket;
    socket.bind = (...args: unknown[]): dgram.Socket => {
      isBinding = true;
      try {
        return bind(...args);
      } finally {
        isBinding = false;
      }
    };
    return socket;
  };
  dgram.createSocket = guarded as typeof dgram.createSocket;
}
