import { useMemo, useState } from "react";
import type { LesionClass } from "@/api/types";
import type { EditedShape, Tool } from "@/surface/LabelSurface";
import type { Region } from "@/surface/shapes";
import type { OpenedSet } from "./labelSet";

interface Options {
  readonly opened: OpenedSet | null;
  readonly editing: boolean;
  readonly classes: readonly LesionClass[];
  readonly regions: ReadonlyMap<string, Region>;
  /** Called when a tool is chosen before a reading was begun. */
  readonly begin: () => void;
}

/** What a person does with shapes: tool, class, selection, and the commands they become. */
export function useLabelling({ opened, editing, classes, regions, begin }: Options) {
  const [tool, setTool] = useState<Tool>("select");
  const [activeClass, setActiveClass] = useState<string | null>(null);
  const [selected, setSelected] = useState<readonly string[]>([]);
  const doc = opened?.doc ?? null;
  const lesionClass = activeClass ?? classes[0]?.code ?? null;

  const onDrawn = ({ uuid, shape }: EditedShape) => {
    if (!doc || !lesionClass) return;
    doc.add([{ ...shape, uuid, lesionClass, origin: "drawn" }]);
  };
  const onEdited = (edited: readonly EditedShape[]) => {
    const changed = edited.flatMap(({ uuid, shape }): Region[] => {
      const before = doc?.get(uuid);
      return before ? [{ ...shape, uuid, lesionClass: before.lesionClass, origin: before.origin }] : [];
    });
    doc?.update(changed, "Reshape");
  };
  const chooseClass = (code: string) => {
    setActiveClass(code);
    const changed = selected.flatMap((uuid): Region[] => {
      const region = doc?.get(uuid);
      return region && region.lesionClass !== code ? [{ ...region, lesionClass: code }] : [];
    });
    if (editing) doc?.update(changed, "Change class");
  };
  const chooseTool = (next: Tool) => {
    setTool(next);
    if (!editing) begin();
  };
  const remove = () => {
    if (editing && selected.length > 0) doc?.remove(selected);
  };

  const counts = useMemo(() => {
    const byClass = new Map<string, number>();
    for (const region of regions.values()) {
      byClass.set(region.lesionClass, (byClass.get(region.lesionClass) ?? 0) + 1);
    }
    return byClass;
  }, [regions]);

  return {
    tool,
    lesionClass,
    selected,
    counts,
    setTool,
    setSelected,
    onDrawn,
    onEdited,
    chooseClass,
    chooseTool,
    remove,
  };
}

export type Labelling = ReturnType<typeof useLabelling>;
