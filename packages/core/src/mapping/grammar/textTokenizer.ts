import { ExternalTokenizer } from "@lezer/lr";
import { Text } from "./generated/terms.ts";

const BRACE = "{".charCodeAt(0);

/**
 * Literal text up to the next `{{`. Of a longer run of braces the last two open the formula, so that
 * `{"total":{{{1.total}}}}`-like JSON reads as it looks.
 */
export const textTokenizer = new ExternalTokenizer((input) => {
  let length = 0;
  while (input.next >= 0) {
    if (input.next === BRACE && input.peek(1) === BRACE && input.peek(2) !== BRACE) break;
    input.advance();
    length++;
  }
  if (length > 0) input.acceptToken(Text);
});
