export interface PolicyInput {
  /** Fresh for each answer. */
  nonce: string;
  /** `http://127.0.0.1:3210`: the page may connect to it over HTTP and WebSocket, and to nothing else. */
  convexOrigin: string;
  /** React's development build needs `eval` for its error stacks, and hot reloading needs its socket. */
  development: boolean;
}

/** The Content-Security-Policy of every page. */
export function contentSecurityPolicy({ nonce, convexOrigin, development }: PolicyInput): string {
  const socketOrigin = convexOrigin.replace(/^http/, "ws");
  const directives = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    // Floating panels, canvas nodes and the code editor position themselves with style attributes, which no nonce covers.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ${convexOrigin} ${socketOrigin}${development ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "frame-src 'none'",
  ];
  return directives.join("; ");
}
