import { ExternalTokenizer } from "@lezer/lr";
import { Text } from "./generated/terms.ts";

const OPEN = "{".charCodeAt(0);
const CLOSE = "}".charCodeAt(0);

/**
 * Literal text up to the next `{{`. It can only begin the template or follow a formula's end: without this check a parser
 * that recovers from a fault inside a formula would rather take the rest of the template for text. Of a longer run of braces the last two open the formula, so that
 * `{"total":{{{1.total}}}}`-like JSON reads as it looks.
 */
export const textTokenizer = new ExternalTokenizer((input) => {
  if (input.pos > 0 && (input.peek(-1) !== CLOSE || input.peek(-2) !== CLOSE)) return;
  let length = 0;
  while (input.next >= 0) {
    if (input.next === OPEN && input.peek(1) === OPEN && input.peek(2) !== OPEN) break;
    input.advance();
    length++;
  }
  if (length > 0) input.acceptToken(Text);
});
