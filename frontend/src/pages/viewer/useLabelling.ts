import { notifications } from "@mantine/notifications";
import { useMemo, useState } from "react";
import type { LesionClass } from "@/api/types";
import { newUuid } from "@/lib/uuid";
import { cut } from "@/surface/cutting";
import type { EditedShape, LabelSurface, Tool } from "@/surface/LabelSurface";
import { movedInside } from "@/surface/outlines";
import { settle, type Point, type Region, type Shape, type Size } from "@/surface/shapes";
import { copyRegions, pastedRegions } from "./clipboard";
import type { OpenedSet } from "./labelSet";

interface Options {
  readonly opened: OpenedSet | null;
  readonly editing: boolean;
  readonly image: Size;
  readonly classes: readonly LesionClass[];
  readonly regions: ReadonlyMap<string, Region>;
  /** Called when a tool is chosen before a reading was begun. */
  readonly begin: () => void;
}
const ASIDE_PX = 12; // where a copy lies beside what it was copied from

/** What a person does with shapes: tool, class, selection, and the commands they become. */
export function useLabelling({ opened, editing, image, classes, regions, begin }: Options) {
  const [tool, setTool] = useState<Tool>("select");
  const [cutting, setCutting] = useState(false);
  const [activeClass, setActiveClass] = useState<string | null>(null);
  const [selected, setSelected] = useState<readonly string[]>([]);
  const doc = editing ? (opened?.doc ?? null) : null;
  const lesionClass = activeClass ?? classes[0]?.code ?? null;
  const chosen = () => selected.flatMap((uuid) => doc?.get(uuid) ?? []);

  const onDrawn = (shapes: readonly Shape[]) => {
    if (cutting) cutAway(shapes);
    else if (lesionClass) {
      doc?.add(shapes.map((shape) => ({ ...shape, uuid: newUuid(), lesionClass, origin: "drawn" })));
    }
  };

  const cutAway = (knives: readonly Shape[]) => {
    const put: Region[] = [];
    const remove: string[] = [];
    for (const region of chosen()) {
      const parts = partsWithout(region, knives, image);
      if (!parts) continue;
      const [first, ...others] = parts;
      const { uuid, lesionClass: code, origin } = region;
      if (first) put.push({ ...first, uuid, lesionClass: code, origin });
      else remove.push(uuid);
      put.push(...others.map((part) => ({ ...part, uuid: newUuid(), lesionClass: code, origin })));
    }
    if (put.length + remove.length > 0) doc?.change("Cut out", { put, remove });
    else {
      const message = selected.length === 0 ? "Select a shape first." : "That lies outside the selection.";
      notifications.show({ id: "cut", color: "orange", title: "Nothing was cut", message });
    }
  };

  const onEdited = (edited: readonly EditedShape[]) => {
    const changed = edited.flatMap(({ uuid, shape }): Region[] => {
      const before = doc?.get(uuid);
      return before ? [withShape(before, shape)] : [];
    });
    if (changed.length > 0) doc?.update(changed, "Reshape");
  };
  const chooseClass = (code: string) => {
    setActiveClass(code);
    const changed = chosen().filter((region) => region.lesionClass !== code);
    if (changed.length > 0)
      doc?.update(
        changed.map((region) => ({ ...region, lesionClass: code })),
        "Change class",
      );
  };
  const chooseTool = (next: Tool) => {
    setTool(next);
    if (!editing) begin();
  };
  const remove = () => {
    if (selected.length > 0) doc?.remove(selected);
  };
  /** False: nothing is selected, so that the arrows pan. */
  const nudge = (dx: number, dy: number): boolean => {
    if (!doc || selected.length === 0) return false;
    const put = shifted(chosen(), [dx, dy], image);
    if (put.length > 0) doc.move(put);
    return true;
  };
  const addAside = (copies: readonly Region[], title: string, surface: LabelSurface | null) => {
    const aside = shifted(copies, [ASIDE_PX, ASIDE_PX], image);
    const put = (aside.length > 0 ? aside : shifted(copies, [-ASIDE_PX, -ASIDE_PX], image)).map((copy) => ({
      ...copy,
      uuid: newUuid(),
    }));
    if (put.length === 0) return;
    doc?.add(put, title);
    setTool("select");
    surface?.select(put.map(({ uuid }) => uuid));
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
    cutting,
    lesionClass,
    selected,
    counts,
    setTool,
    setCutting,
    setSelected,
    onDrawn,
    onEdited,
    chooseClass,
    chooseTool,
    remove,
    nudge,
    duplicate: (surface: LabelSurface | null) => addAside(chosen(), "Duplicate", surface),
    copy: () => copyRegions(chosen()),
    paste: (surface: LabelSurface | null) => addAside(pastedRegions(), "Paste", surface),
    ofClass: () => [...regions.values()].filter((one) => one.lesionClass === lesionClass),
  };
}

export type Labelling = ReturnType<typeof useLabelling>;

/** What is left of a shape without the knives; null when none of them meets it. */
function partsWithout(region: Region, knives: readonly Shape[], image: Size): Shape[] | null {
  let parts: Shape[] = [region];
  let met = false;
  for (const knife of knives) {
    parts = parts.flatMap((part) => {
      const left = cut(part, knife);
      met ||= left !== null;
      return left ?? [part];
    });
  }
  return met ? parts.flatMap((part) => settle(part, image) ?? []) : null;
}

const withShape = ({ uuid, lesionClass, origin }: Region, shape: Shape): Region => ({
  ...shape,
  uuid,
  lesionClass,
  origin,
});

/** Shifted together up to the edge; empty when they can't move that way. */
function shifted(regions: readonly Region[], by: Point, image: Size): Region[] {
  return movedInside(regions, by, image).flatMap(({ from, to }) => {
    const shape = settle(to, image);
    return shape ? [withShape(from, shape)] : [];
  });
}
