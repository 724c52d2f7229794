// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfirmDialog, Dialog } from "./Dialog.tsx";
import { TooltipProvider } from "./Tooltip.tsx";

afterEach(cleanup);

function Confirm({ onConfirm }: { onConfirm: () => Promise<void> }) {
  const [open, setOpen] = useState(true);
  return (
    <TooltipProvider>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title="Archive it?"
        description="It can be restored."
        confirmLabel="Archive"
        onConfirm={onConfirm}
      />
    </TooltipProvider>
  );
}

const confirm = () => act(async () => fireEvent.click(screen.getByRole("button", { name: "Archive" })));

describe("ConfirmDialog", () => {
  it("closes when the act worked", async () => {
    render(<Confirm onConfirm={async () => undefined} />);
    await confirm();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("stays, and can be used again, when the act failed", async () => {
    const onConfirm = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error("refused")).mockResolvedValue();
    render(<Confirm onConfirm={onConfirm} />);
    await confirm();
    expect(screen.queryByRole("dialog")).not.toBeNull();
    await confirm();
    expect(onConfirm).toHaveBeenCalledTimes(2);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("starts on Cancel: Enter alone never does what cannot be undone", () => {
    render(<Confirm onConfirm={async () => undefined} />);
    expect(document.activeElement?.textContent).toBe("Cancel");
  });
});

describe("Dialog", () => {
  it("does not send the form that it stands in", () => {
    const outer = vi.fn();
    const inner = vi.fn();
    render(
      <TooltipProvider>
        <form onSubmit={outer}>
          <Dialog
            open
            onOpenChange={() => undefined}
            title="Inner"
            onSubmit={inner}
            footer={<button type="submit">Save</button>}
          />
        </form>
      </TooltipProvider>,
    );
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(inner).toHaveBeenCalledOnce();
    expect(outer).not.toHaveBeenCalled();
  });
});
