import { ConvexAuthNextjsServerProvider } from "@convex-dev/auth/nextjs/server";
import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { Providers } from "@/features/shell/Providers";
import { parseTheme, THEME_COOKIE } from "@/features/theme/theme";
import { readEnv } from "@/server/env";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Patchbay", template: "%s · Patchbay" },
  description: "Draw automations, publish them, watch them run.",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#efefeb" },
    { media: "(prefers-color-scheme: dark)", color: "#0e1011" },
  ],
};

/** Every page is rendered per request: it carries a nonce, the session and the deployment's address of this start. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const { convexUrl } = readEnv();
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    // The refresh token stays in a cookie that scripts cannot read; only the access token, good for an hour, is in
    // localStorage. (`storage="inMemory"` of Convex Auth 0.0.95 cannot read what it wrote, so every refresh signs out.)
    <ConvexAuthNextjsServerProvider storageNamespace={convexUrl} shouldHandleCode={false}>
      <html
        lang="en"
        className={`${GeistSans.variable} ${GeistMono.variable}`}
        {...(theme === "system" ? {} : { "data-theme": theme })}
      >
        <body>
          <Providers convexUrl={convexUrl} theme={theme}>
            {children}
          </Providers>
        </body>
      </html>
    </ConvexAuthNextjsServerProvider>
  );
}
