import { defineConnection, errors, field, type ActionConnection } from "@patchbay/sdk";
import { z } from "zod";

const allowedHosts = z
  .string()
  .max(2_000)
  .optional()
  .meta(
    field({
      label: "Allowed hosts",
      description: "Where these credentials may be sent: api.example.com, *.example.com. Empty means anywhere.",
      examples: ["api.example.com, *.example.com"],
    }),
  );

const secret = (label: string, description?: string) =>
  z
    .string()
    .min(1)
    .meta({ ...field({ label, ...(description && { description }) }), secret: true });

export const bearer = defineConnection({
  name: "bearer",
  label: "Bearer token",
  description: "Sends the token as Authorization: Bearer.",
  fields: z.object({ token: secret("Token"), allowedHosts }),
});

export const basic = defineConnection({
  name: "basic",
  label: "User name and password",
  description: "Sends user name and password as Authorization: Basic.",
  fields: z.object({
    username: z
      .string()
      .min(1)
      // RFC 7617: the first colon ends the user name.
      .regex(/^[^:]*$/, "a user name cannot contain a colon")
      .meta(field({ label: "User name" })),
    password: secret("Password"),
    allowedHosts,
  }),
});

export const header = defineConnection({
  name: "header",
  label: "API key in a header",
  description: "Sends the key in a header of your choice.",
  fields: z.object({
    name: z
      .string()
      .regex(/^[!#$%&'*+\-.^_`|~\w]+$/, "this is not a header name")
      .meta(field({ label: "Header", description: "X-Api-Key, say.", examples: ["X-Api-Key"] })),
    value: secret("Key"),
    allowedHosts,
  }),
});

/**
 * The headers that carry a connection's credentials.
 * @throws IntegrationError `auth` where the connection may not be used toward this URL, or is of an unknown type
 */
export function toCredentials(connection: ActionConnection, url: URL): Headers {
  const { values } = connection;
  if (!isAllowedHost(values.allowedHosts, url)) {
    throw errors.auth(
      `The connection may not be used with ${url.host}. Its allowed hosts are: ${values.allowedHosts}. Nothing was sent.`,
      { code: "connection_host_not_allowed", notPerformed: true },
    );
  }
  switch (connection.type) {
    case "http.bearer":
      return toHeader("Authorization", `Bearer ${values.token ?? ""}`);
    case "http.basic":
      return toHeader("Authorization", `Basic ${encodeUtf8(`${values.username ?? ""}:${values.password ?? ""}`)}`);
    case "http.header":
      return toHeader(values.name ?? "", values.value ?? "");
    default:
      throw errors.auth(`HTTP requests cannot use a connection of the type ${connection.type}.`, {
        notPerformed: true,
      });
  }
}

function toHeader(name: string, value: string): Headers {
  try {
    return new Headers({ [name]: value });
  } catch {
    // The platform's message would repeat the value.
    throw errors.auth("The connection's credentials cannot be sent in a header. Enter them again.", {
      notPerformed: true,
    });
  }
}

/** `api.example.com`, `*.example.com` (any depth below, not the domain itself), each optionally with a port. */
function isAllowedHost(allowed: string | undefined, url: URL): boolean {
  const patterns = (allowed ?? "")
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((pattern) => pattern !== "");
  if (patterns.length === 0) return true;
  return patterns.some((pattern) => {
    const [, wanted = "", port] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
    if (port !== undefined && port !== (url.port || defaultPort(url))) return false;
    return wanted.startsWith("*.") ? url.hostname.endsWith(wanted.slice(1)) : url.hostname === wanted;
  });
}

const defaultPort = (url: URL): string => (url.protocol === "https:" ? "443" : "80");

function encodeUtf8(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
