import type { Region } from "@/surface/shapes";

export const rect = (uuid: string, width: number, lesionClass = "HE"): Region => ({
  uuid,
  lesionClass,
  origin: "drawn",
  shape: "rect",
  geometry: { x: 5, y: 6, width, height: 3 },
});
