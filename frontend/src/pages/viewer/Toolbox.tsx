import { ActionIcon, Divider, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconContrastFilled,
  IconHelp,
  IconMagnet,
  IconMaximize,
  IconOvalVertical,
  IconPointer,
  IconPolygon,
  IconRectangle,
  IconScissors,
  IconScribble,
  IconTrash,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Tool } from "@/surface/LabelSurface";
import type { ActionId } from "./shortcuts";
import { useKeys } from "./useKeys";

const ICON_PX = 20;
const TOOLS: readonly (readonly [Tool, string, typeof IconPointer])[] = [
  ["select", "Select and edit", IconPointer],
  ["rect", "Rectangle", IconRectangle],
  ["polygon", "Polygon", IconPolygon],
  ["ellipse", "Ellipse", IconOvalVertical],
  ["freehand", "Draw by hand", IconScribble],
];

function ToolButton(props: {
  action: ActionId;
  label: string;
  icon: ReactNode;
  active?: boolean;
  disabled?: boolean;
  onClick: () => void;
}) {
  const label = useKeys().withKey(props.label, props.action);
  return (
    <Tooltip label={label} position="right">
      <ActionIcon
        size="lg"
        variant={props.active ? "filled" : "subtle"}
        color={props.active ? "fovea" : "gray"}
        aria-label={label}
        aria-pressed={props.active}
        disabled={props.disabled ?? false}
        onClick={props.onClick}
      >
        {props.icon}
      </ActionIcon>
    </Tooltip>
  );
}

export function Toolbox(props: {
  editing: boolean;
  tool: Tool;
  onTool: (tool: Tool) => void;
  cutting: boolean;
  onCutting: () => void;
  onTighten: () => void;
  canUndo: boolean;
  canRedo: boolean;
  onUndo: () => void;
  onRedo: () => void;
  canDelete: boolean;
  onDelete: () => void;
  onZoom: (factor: number) => void;
  onFit: () => void;
  redFree: boolean;
  onRedFree: () => void;
  onHelp: () => void;
}) {
  return (
    <div className="toolbox" role="toolbar" aria-label="Tools" aria-orientation="vertical">
      {props.editing && (
        <>
          {TOOLS.map(([tool, label, Icon]) => (
            <ToolButton
              key={tool}
              action={tool}
              label={label}
              icon={<Icon size={ICON_PX} />}
              active={tool === props.tool}
              onClick={() => props.onTool(tool)}
            />
          ))}
          <ToolButton
            action="cutting"
            label="Cut out of the selection"
            icon={<IconScissors size={ICON_PX} />}
            active={props.cutting}
            onClick={props.onCutting}
          />
          <ToolButton
            action="tighten"
            label="Tighten the selection"
            icon={<IconMagnet size={ICON_PX} />}
            disabled={!props.canDelete}
            onClick={props.onTighten}
          />
          <ToolButton
            action="delete"
            label="Delete selection"
            icon={<IconTrash size={ICON_PX} />}
            disabled={!props.canDelete}
            onClick={props.onDelete}
          />
          <Divider />
          <ToolButton
            action="undo"
            label="Undo"
            icon={<IconArrowBackUp size={ICON_PX} />}
            disabled={!props.canUndo}
            onClick={props.onUndo}
          />
          <ToolButton
            action="redo"
            label="Redo"
            icon={<IconArrowForwardUp size={ICON_PX} />}
            disabled={!props.canRedo}
            onClick={props.onRedo}
          />
          <Divider />
        </>
      )}
      <ToolButton
        action="redFree"
        label="Red-free picture"
        icon={<IconContrastFilled size={ICON_PX} />}
        active={props.redFree}
        onClick={props.onRedFree}
      />
      <ToolButton
        action="zoomIn"
        label="Zoom in"
        icon={<IconZoomIn size={ICON_PX} />}
        onClick={() => props.onZoom(1.5)}
      />
      <ToolButton
        action="zoomOut"
        label="Zoom out"
        icon={<IconZoomOut size={ICON_PX} />}
        onClick={() => props.onZoom(1 / 1.5)}
      />
      <ToolButton
        action="fit"
        label="Whole image"
        icon={<IconMaximize size={ICON_PX} />}
        onClick={props.onFit}
      />
      <ToolButton action="help" label="Keys" icon={<IconHelp size={ICON_PX} />} onClick={props.onHelp} />
    </div>
  );
}
