/**
 * The parts of the editor that are not there at first: the canvas can be looked at and moved before their code has come.
 * `prepareParts` fetches it as soon as the browser has nothing better to do, so that the first click finds it.
 */
import { lazy } from "react";
import { whenIdle } from "./whenIdle.ts";

const parts = {
  filterPopover: () => import("./filter/FilterPopover.tsx"),
  issuesPanel: () => import("./issues/IssuesPanel.tsx"),
  nodePicker: () => import("./picker/NodePicker.tsx"),
  nodePopover: () => import("./config/NodePopover.tsx"),
  publishDialog: () => import("./publish/PublishDialog.tsx"),
  settingsDialog: () => import("./toolbar/SettingsDialog.tsx"),
  upgradeDialog: () => import("./upgrade/UpgradeDialog.tsx"),
  shortcutSheet: () => import("./shortcuts/ShortcutSheet.tsx"),
};

export const FilterPopover = lazy(async () => ({ default: (await parts.filterPopover()).FilterPopover }));
export const IssuesPanel = lazy(async () => ({ default: (await parts.issuesPanel()).IssuesPanel }));
export const NodePicker = lazy(async () => ({ default: (await parts.nodePicker()).NodePicker }));
export const NodePopover = lazy(async () => ({ default: (await parts.nodePopover()).NodePopover }));
export const PublishDialog = lazy(async () => ({ default: (await parts.publishDialog()).PublishDialog }));
export const SettingsDialog = lazy(async () => ({ default: (await parts.settingsDialog()).SettingsDialog }));
export const UpgradeDialog = lazy(async () => ({ default: (await parts.upgradeDialog()).UpgradeDialog }));
export const ShortcutSheet = lazy(async () => ({ default: (await parts.shortcutSheet()).ShortcutSheet }));

/** Fetches every part when the browser is idle; the returned function calls that off. */
export function prepareParts(): () => void {
  return whenIdle(() => {
    // A part that cannot be fetched now is fetched, or fails where somebody sees it, when it is opened.
    for (const fetchPart of Object.values(parts)) fetchPart().catch(() => undefined);
  });
}
