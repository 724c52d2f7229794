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

const confirm = async () => {
  const button = await screen.findByRole("button", { name: "Archive" });
  await act(async () => fireEvent.click(button));
};

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

  it("starts on Cancel: Enter alone never does what cannot be undone", async () => {
    render(<Confirm onConfirm={async () => undefined} />);
    await screen.findByRole("dialog");
    expect(document.activeElement?.textContent).toBe("Cancel");
  });
});

describe("Dialog", () => {
  it("does not send the form that it stands in", async () => {
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
    fireEvent.click(await screen.findByRole("button", { name: "Save" }));
    expect(inner).toHaveBeenCalledOnce();
    expect(outer).not.toHaveBeenCalled();
  });
});
