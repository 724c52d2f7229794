const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A text that shows as it is in HTML, in content and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char]!);

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/**
 * The text of HTML. Written as one pass instead of regular expressions: `<` without `>` must not make it quadratic. The
 * result is text for people, not HTML that is safe to show as HTML.
 */
export function stripHtml(html: string): string {
  let text = "";
  let position = 0;
  while (position < html.length) {
    const open = html.indexOf("<", position);
    if (open < 0) break;
    // Looked at before searching for ">": a text full of "<" must not be searched to its end for each of them.
    if (!/[a-zA-Z/!?]/.test(html.charAt(open + 1))) {
      text += html.slice(position, open + 1);
      position = open + 1;
      continue;
    }
    const close = html.indexOf(">", open);
    if (close < 0) break;
    text += html.slice(position, open);
    position = skipElement(html, open, close);
  }
  return decodeEntities(text + html.slice(position));
}

/** Where reading goes on after a tag; scripts, styles and comments are left out with what they contain. */
function skipElement(html: string, open: number, close: number): number {
  if (html.startsWith("<!--", open)) return positionAfter(html, html.indexOf("-->", open + 4), 3);
  const name = /^<(script|style)\b/i.exec(html.slice(open, open + 8))?.[1]?.toLowerCase();
  if (!name) return close + 1;
  const closing = name === "script" ? /<\/script/gi : /<\/style/gi;
  closing.lastIndex = close;
  if (!closing.test(html)) return html.length;
  return positionAfter(html, html.indexOf(">", closing.lastIndex), 1);
}

const positionAfter = (html: string, index: number, length: number): number =>
  index < 0 ? html.length : index + length;

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === "string") return Object.hasOwn(entities, name) ? entities[name]! : whole;
    const code = typeof decimal === "string" ? Number(decimal) : parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
