import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";
import { asApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import { fetchImage } from "@/api/queries";
import { useNeighbour, type WorklistRow } from "@/api/work";

/** The address of the reading room for a row of the worklist. */
export const roomOf = (row: Pick<WorklistRow, "image" | "assignment">): string =>
  `/images/${row.image}?assignment=${row.assignment}`;

/** Where one came from the worklist: the images before and after this one, and the next still to be read. */
export function useWorklistNeighbours() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const named = Number(search.get("assignment"));
  const assignment = Number.isInteger(named) && named > 0 ? named : null;
  const previous = useNeighbour(assignment, "previous").data ?? null;
  const next = useNeighbour(assignment, "next").data ?? null;
  const toDo = useNeighbour(assignment, "open");
  const queries = useQueryClient();
  /** Stays where one is while the other image can't be had: a black page helps nobody. */
  const walk = async (row: WorklistRow) => {
    try {
      const queryKey = keys.image(row.image);
      await queries.fetchQuery({ queryKey, queryFn: () => fetchImage(row.image), retry: false });
      void navigate(roomOf(row));
    } catch (error) {
      const { message, remedy } = asApiError(error);
      const title = "The other image can’t be opened now";
      notifications.show({ id: "neighbour", color: "orange", title, message: `${message} ${remedy}` });
    }
  };
  const go = (row: WorklistRow | null): boolean => {
    if (row) void walk(row);
    return row !== null;
  };
  return {
    /** Null: the image was not opened from the worklist. */
    assignment,
    previous,
    next,
    /** Null: nothing is left to do; undefined: not known yet. */
    toDo: toDo.data,
    /** False where there is none. */
    goPrevious: () => go(previous),
    goNext: () => go(next),
  };
}
