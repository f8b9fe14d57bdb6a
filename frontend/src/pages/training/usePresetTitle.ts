import { usePresets } from "@/api/training";

/** The name a person knows a preset by; its key where it is none of ours. */
export function usePresetTitle(): (name: string) => string {
  const presets = usePresets().data;
  return (name) => presets?.find((preset) => preset.name === name)?.title ?? name;
}
