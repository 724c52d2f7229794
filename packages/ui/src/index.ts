export { cx } from "./classNames.ts";
export { formatClock, formatDuration, formatExact, formatRelative } from "./time.ts";
export { copyText, formatPath, kindOf, summarize, type JsonKind, type JsonLike, type JsonRow } from "./jsonRows.ts";
export { stateFacts, type ExecutionState, type StateFacts } from "./stateFacts.ts";
export {
  AppGlyph,
  AppIcon,
  appIconNames,
  type AppGlyphProps,
  type AppIconProps,
  type AppIconSize,
} from "./components/AppIcon.tsx";
export { Avatar, initialsOf } from "./components/Avatar.tsx";
export { Badge, type BadgeProps, type Tone } from "./components/Badge.tsx";
export { Button, type ButtonProps, type ButtonSize, type ButtonVariant } from "./components/Button.tsx";
export { Checkbox, type CheckboxProps } from "./components/Checkbox.tsx";
export {
  ContextMenu,
  ContextMenuContent,
  ContextMenuItem,
  ContextMenuSeparator,
  ContextMenuTrigger,
  type ContextMenuItemProps,
} from "./components/ContextMenu.tsx";
export { CopyButton, useCopy, type CopyButtonProps } from "./components/CopyButton.tsx";
export { ConfirmDialog, Dialog, type ConfirmDialogProps, type DialogProps } from "./components/Dialog.tsx";
export {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuSeparator,
  MenuTrigger,
  type MenuItemProps,
  type MenuRadioGroupProps,
} from "./components/DropdownMenu.tsx";
export {
  EmptyState,
  ErrorState,
  Notice,
  Skeleton,
  type EmptyStateProps,
  type ErrorStateProps,
  type NoticeProps,
} from "./components/Feedback.tsx";
export { IconButton, type IconButtonProps } from "./components/IconButton.tsx";
export {
  Field,
  fieldClasses,
  Input,
  Textarea,
  type FieldProps,
  type InputProps,
  type TextareaProps,
} from "./components/Input.tsx";
export { JsonTree, type JsonTreeProps } from "./components/JsonTree.tsx";
export { Kbd } from "./components/Kbd.tsx";
export { Logo } from "./components/Logo.tsx";
export { Popover, PopoverAnchor, PopoverClose, PopoverContent, PopoverTrigger } from "./components/Popover.tsx";
export { RelativeTime, useNow, type RelativeTimeProps } from "./components/RelativeTime.tsx";
export { SearchField, type SearchFieldProps } from "./components/SearchField.tsx";
export { Select, type SelectOption, type SelectProps } from "./components/Select.tsx";
export { Sparkline, type SparkBar, type SparklineProps } from "./components/Sparkline.tsx";
export { StateBadge, StateIcon, StateLabel, type StateProps } from "./components/StateBadge.tsx";
export { Switch, type SwitchProps } from "./components/Switch.tsx";
export { Cell, HeadCell, Row, Table, TableHead, type CellProps, type RowProps } from "./components/Table.tsx";
export { Tab, tabClasses, TabList, TabPanel, Tabs, type TabProps } from "./components/Tabs.tsx";
export { ToastProvider, useToast, type ToastMessage } from "./components/Toast.tsx";
export { Tooltip, TooltipProvider, type TooltipProps } from "./components/Tooltip.tsx";
