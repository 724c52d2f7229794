"use client";

import "./globals.css";

/** The last resort, when even the layout failed: it can rely on nothing but the style sheet. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main className="flex min-h-dvh flex-col items-center justify-center gap-3 bg-surface p-6 text-center">
          <h1 className="text-lg font-semibold">Patchbay could not be shown</h1>
          <p className="max-w-96 text-sm text-ink-2">
            The page failed while it was drawn. Your scenarios and runs are not affected. If it happens again, look at
            the log of the web server.
          </p>
          <button
            type="button"
            onClick={reset}
            className="h-8 rounded-control bg-ink-solid px-3 text-sm font-medium text-on-ink"
          >
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}
