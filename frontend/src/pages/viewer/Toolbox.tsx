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

const ICON_PX = 20;
const TOOLS: readonly (readonly [Tool, string, typeof IconPointer])[] = [
  ["select", "Select and edit (V)", IconPointer],
  ["rect", "Rectangle (R)", IconRectangle],
  ["polygon", "Polygon (P)", IconPolygon],
  ["ellipse", "Ellipse (E)", IconOvalVertical],
  ["freehand", "Draw by hand (D)", IconScribble],
];

function ToolButton(props: {
  label: string;
  icon: ReactNode;
  active?: boolean;
  disabled?: boolean;
  onClick: () => void;
}) {
  return (
    <Tooltip label={props.label} position="right">
      <ActionIcon
        size="lg"
        variant={props.active ? "filled" : "subtle"}
        color={props.active ? "fovea" : "gray"}
        aria-label={props.label}
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
              label={label}
              icon={<Icon size={ICON_PX} />}
              active={tool === props.tool}
              onClick={() => props.onTool(tool)}
            />
          ))}
          <ToolButton
            label="Cut out of the selection (X)"
            icon={<IconScissors size={ICON_PX} />}
            active={props.cutting}
            onClick={props.onCutting}
          />
          <ToolButton
            label="Tighten the selection (T)"
            icon={<IconMagnet size={ICON_PX} />}
            disabled={!props.canDelete}
            onClick={props.onTighten}
          />
          <ToolButton
            label="Delete selection (Del)"
            icon={<IconTrash size={ICON_PX} />}
            disabled={!props.canDelete}
            onClick={props.onDelete}
          />
          <Divider />
          <ToolButton
            label="Undo (Ctrl Z)"
            icon={<IconArrowBackUp size={ICON_PX} />}
            disabled={!props.canUndo}
            onClick={props.onUndo}
          />
          <ToolButton
            label="Redo (Ctrl Shift Z)"
            icon={<IconArrowForwardUp size={ICON_PX} />}
            disabled={!props.canRedo}
            onClick={props.onRedo}
          />
          <Divider />
        </>
      )}
      <ToolButton
        label="Red-free picture (G)"
        icon={<IconContrastFilled size={ICON_PX} />}
        active={props.redFree}
        onClick={props.onRedFree}
      />
      <ToolButton
        label="Zoom in (+)"
        icon={<IconZoomIn size={ICON_PX} />}
        onClick={() => props.onZoom(1.5)}
      />
      <ToolButton
        label="Zoom out (–)"
        icon={<IconZoomOut size={ICON_PX} />}
        onClick={() => props.onZoom(1 / 1.5)}
      />
      <ToolButton label="Whole image (F)" icon={<IconMaximize size={ICON_PX} />} onClick={props.onFit} />
      <ToolButton label="Keys (?)" icon={<IconHelp size={ICON_PX} />} onClick={props.onHelp} />
    </div>
  );
}
