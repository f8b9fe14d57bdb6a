import { useShortcuts } from "../../viewer/useShortcuts";

interface PanelKey<Id extends string> {
  readonly id: Id;
  readonly keys: readonly string[];
}

/** Keys of a part of the panel, each once for a press however long it is held. */
export function usePanelKeys<Id extends string>(
  table: readonly PanelKey<Id>[],
  actions: Readonly<Record<Id, () => void>>,
): void {
  useShortcuts<Id>({
    keys: new Map(table.flatMap(({ id, keys }) => keys.map((key) => [key, { id, once: true }] as const))),
    onAction: (action, down) => {
      if (down) actions[action]();
      return true;
    },
    onClass: () => false,
  });
}
