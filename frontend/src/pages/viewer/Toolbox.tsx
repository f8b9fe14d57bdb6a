import { ActionIcon, Divider, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconHelp,
  IconMaximize,
  IconPointer,
  IconPolygon,
  IconRectangle,
  IconTrash,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Tool } from "@/surface/LabelSurface";

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
  canUndo: boolean;
  canRedo: boolean;
  onUndo: () => void;
  onRedo: () => void;
  canDelete: boolean;
  onDelete: () => void;
  onZoom: (factor: number) => void;
  onFit: () => void;
  onHelp: () => void;
}) {
  const { tool, onTool } = props;
  return (
    <div className="toolbox" role="toolbar" aria-label="Tools" aria-orientation="vertical">
      {props.editing && (
        <>
          <ToolButton
            label="Select and edit (V)"
            icon={<IconPointer size={20} />}
            active={tool === "select"}
            onClick={() => onTool("select")}
          />
          <ToolButton
            label="Rectangle (R)"
            icon={<IconRectangle size={20} />}
            active={tool === "rect"}
            onClick={() => onTool("rect")}
          />
          <ToolButton
            label="Polygon (P)"
            icon={<IconPolygon size={20} />}
            active={tool === "polygon"}
            onClick={() => onTool("polygon")}
          />
          <ToolButton
            label="Delete selection (Del)"
            icon={<IconTrash size={20} />}
            disabled={!props.canDelete}
            onClick={props.onDelete}
          />
          <Divider />
          <ToolButton
            label="Undo (Ctrl Z)"
            icon={<IconArrowBackUp size={20} />}
            disabled={!props.canUndo}
            onClick={props.onUndo}
          />
          <ToolButton
            label="Redo (Ctrl Shift Z)"
            icon={<IconArrowForwardUp size={20} />}
            disabled={!props.canRedo}
            onClick={props.onRedo}
          />
          <Divider />
        </>
      )}
      <ToolButton label="Zoom in (+)" icon={<IconZoomIn size={20} />} onClick={() => props.onZoom(1.5)} />
      <ToolButton
        label="Zoom out (–)"
        icon={<IconZoomOut size={20} />}
        onClick={() => props.onZoom(1 / 1.5)}
      />
      <ToolButton label="Whole image (F)" icon={<IconMaximize size={20} />} onClick={props.onFit} />
      <ToolButton label="Keys (?)" icon={<IconHelp size={20} />} onClick={props.onHelp} />
    </div>
  );
}
