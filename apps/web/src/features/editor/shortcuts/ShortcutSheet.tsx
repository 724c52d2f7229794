import { Dialog, Kbd } from "@patchbay/ui";

const mod = "Ctrl";

const sections: readonly { title: string; rows: readonly [what: string, keys: readonly string[]][] }[] = [
  {
    title: "Nodes",
    rows: [
      ["Add a node after the chosen one", ["A"]],
      ["Open settings", ["Enter"]],
      ["Follow the cables", ["←", "→"]],
      ["To the route above or below", ["↑", "↓"]],
      ["Move a node", ["Alt", "arrows"]],
      ["Delete", ["Del"]],
      ["Clone", [mod, "D"]],
      ["Disable or enable", ["X"]],
    ],
  },
  {
    title: "Editing",
    rows: [
      ["Undo", [mod, "Z"]],
      ["Redo", [mod, "Y"]],
      ["Copy", [mod, "C"]],
      ["Paste", [mod, "V"]],
      ["Choose everything", [mod, "A"]],
      ["Choose several", ["Shift", "drag"]],
      ["Add a note", ["N"]],
    ],
  },
  {
    title: "Running and looking",
    rows: [
      ["Run once", ["R"]],
      ["Show everything", ["F"]],
      ["Align everything", ["L"]],
      ["Close what is open", ["Esc"]],
      ["This sheet", ["?"]],
    ],
  },
];

/** All keys of the editor. */
export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} title="Keyboard shortcuts" width="lg">
      <div className="grid gap-6 sm:grid-cols-3">
        {sections.map((section) => (
          <section key={section.title}>
            <h3 className="mb-2 text-sm font-semibold text-ink">{section.title}</h3>
            <dl className="flex flex-col gap-1.5">
              {section.rows.map(([what, keys]) => (
                <div key={what} className="flex items-center justify-between gap-3 text-sm">
                  <dt className="text-ink-2">{what}</dt>
                  <dd className="flex shrink-0 gap-0.5">
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
