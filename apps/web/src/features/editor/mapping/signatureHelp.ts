import { StateField } from "@codemirror/state";
import type { EditorState, Extension } from "@codemirror/state";
import { showTooltip } from "@codemirror/view";
import type { Tooltip } from "@codemirror/view";
import { findCallAt, formatArgument } from "@patchbay/core";
import type { CallAtPosition } from "@patchbay/core";

/** Above the cursor: the call it stands in, with the argument that is being written marked. */
export function signatureHelp(isFocused: (state: EditorState) => boolean): Extension {
  const find = (state: EditorState): Tooltip | null => {
    const { main } = state.selection;
    const call = main.empty && isFocused(state) ? findCallAt(state.doc.toString(), main.head) : null;
    return call && { pos: call.from, above: true, create: () => ({ dom: drawSignature(call) }) };
  };
  return StateField.define<Tooltip | null>({
    create: find,
    update: (shown, transaction) =>
      transaction.docChanged || transaction.selection || transaction.effects.length > 0
        ? find(transaction.state)
        : shown,
    provide: (field) => showTooltip.from(field),
  });
}

/** `round(number; `**`decimals?`**`)` and what the marked argument is. */
export function drawSignature({ doc, index, argument }: CallAtPosition): HTMLElement {
  const box = document.createElement("div");
  box.className = "pb-signature";
  const line = document.createElement("div");
  line.className = "pb-signature-line";
  line.append(`${doc.name}(`);
  for (const [place, each] of doc.args.entries()) {
    if (place > 0) line.append("; ");
    const isCurrent = each === argument && (place === index || each.rest === true);
    const name = document.createElement(isCurrent ? "strong" : "span");
    name.textContent = formatArgument(each);
    line.append(name);
  }
  line.append(")");
  const help = document.createElement("div");
  help.className = "pb-signature-help";
  help.textContent = argument ? argument.description : doc.args.length > index ? doc.description : "It takes no more.";
  box.append(line, help);
  return box;
}
