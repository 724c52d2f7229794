import { convexAuthNextjsMiddleware, type ConvexAuthNextjsMiddlewareContext } from "@convex-dev/auth/nextjs/server";
import { NextResponse, type NextFetchEvent, type NextRequest } from "next/server";
import { allowedNextPath, signInPath } from "@/lib/nextPath";
import { contentSecurityPolicy } from "@/server/contentSecurityPolicy";
import { readEnv } from "@/server/env";

const SIGN_IN = "/signin";
/** Pages for people without an account: whoever has such an address may see what is there. */
const OPEN_TO_ALL = /^\/approve\/[A-Za-z0-9_-]+$/;

/**
 * Before every page: refreshes the session's cookies, sends signed-out people to the sign-in page and sets the Content
 * Security Policy. It decides what is *shown*; what may be read or done is decided by each Convex function.
 */
export default async function proxy(request: NextRequest, event: NextFetchEvent) {
  const { convexUrl, internalConvexUrl } = readEnv();
  const policy = contentSecurityPolicy({
    nonce: btoa(crypto.randomUUID()),
    convexOrigin: convexUrl,
    development: process.env.NODE_ENV === "development",
  });
  const authenticate = convexAuthNextjsMiddleware(
    async (incoming, { convexAuth }) => (await redirectFor(incoming, convexAuth)) ?? continueWith(incoming, policy),
    // 30 days: the deployment ends sessions earlier where it wants to.
    { convexUrl: internalConvexUrl, cookieConfig: { maxAge: 30 * 24 * 60 * 60 } },
  );
  const response = asRedirect(await authenticate(request, event), request);
  response.headers.set("Content-Security-Policy", policy);
  if (OPEN_TO_ALL.test(request.nextUrl.pathname)) {
    // The address is a key: it is to be found in no index and in no other site's log.
    response.headers.set("X-Robots-Tag", "noindex, nofollow");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("Cache-Control", "no-store");
  }
  return response;
}

/**
 * A missing token means signed out. Whether a token is still good is only asked on the sign-in page: asking for every
 * page would cost a round trip each, and would sign everyone out while the deployment restarts.
 */
async function redirectFor(
  request: NextRequest,
  convexAuth: ConvexAuthNextjsMiddlewareContext,
): Promise<NextResponse | undefined> {
  const { pathname, searchParams } = request.nextUrl;
  // API routes answer 401 in their own words.
  if (pathname.startsWith("/api/") || OPEN_TO_ALL.test(pathname)) return undefined;
  const signedIn = (await convexAuth.getToken()) !== undefined;
  if (pathname === SIGN_IN) {
    if (!signedIn || !(await convexAuth.isAuthenticated())) return undefined;
    return NextResponse.redirect(new URL(allowedNextPath(searchParams.get("next")), request.url));
  }
  return signedIn ? undefined : NextResponse.redirect(new URL(signInPath(pathname), request.url));
}

/** Next finds the nonce for its own scripts in the policy of the *request*. */
function continueWith(request: NextRequest, policy: string): NextResponse {
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  return NextResponse.next({ request: { headers } });
}

/**
 * When tokens change while the handler redirects, Convex Auth 0.0.95 answers 200 with a `Location`. That is made a
 * redirect again, with every cookie.
 */
function asRedirect(response: Response | null | undefined | void, request: NextRequest): Response {
  if (!response) return NextResponse.next();
  const location = response.headers.get("location");
  if (location === null || response.status !== 200) return response;
  const redirect = NextResponse.redirect(new URL(location, request.url));
  for (const cookie of response.headers.getSetCookie()) redirect.headers.append("set-cookie", cookie);
  return redirect;
}

export const config = { matcher: ["/((?!_next/static|_next/image|.*\\.(?:ico|svg|png|txt|webmanifest)$).*)"] };
