/** Copied shapes, kept while the page is open, so that they can be pasted onto another image too. */
import type { Region } from "@/surface/shapes";

let copied: readonly Region[] = [];

export function copyRegions(regions: readonly Region[]): boolean {
  if (regions.length > 0) copied = regions;
  return regions.length > 0;
}

export function pastedRegions(): readonly Region[] {
  return copied;
}
