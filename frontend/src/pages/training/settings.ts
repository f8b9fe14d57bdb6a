/** Training settings as people read them. Pure. */
import { formatMetric, humanize, plural } from "@/lib/format";

export interface SettingLine {
  readonly name: string;
  readonly title: string;
  readonly value: string;
  /** Where the value comes from, "study" or "ours"; empty when not said. */
  readonly source: string;
  readonly why: string;
}

const TITLES: Readonly<Record<string, string>> = {
  augment: "Random changes of training images",
  averaging: "Share kept in the average of the weights",
  balancing: "Balance of DR and no DR",
  batch_normalization: "Batch normalisation",
  batch_size: "Images a step",
  batchnorm_momentum: "Momentum of batch normalisation",
  bf16: "Half precision where the device has it",
  bottleneck_filters: "Filters at the bottom",
  brightness: "Largest change of brightness",
  convolutions: "Convolutions a block",
  crop_px: "Side of training crops (px)",
  crop_weights: "Chances of HE, EX, MA, SE on a crop",
  decoder_filters: "Filters going up",
  encoder_filters: "Filters going down",
  fill: "Pixels from outside",
  flips: "Mirrored at random",
  gain: "Largest change of a colour",
  gamma_log: "Largest change of gamma (log)",
  gradient_clip: "Largest gradient",
  half_weights: "Weights stored in half precision",
  height_shift: "Largest shift, up and down",
  initialisation: "Starts from",
  jitter_px: "Crop moved off its lesion by (px)",
  kernel_px: "Kernel (px)",
  l2: "L2 factor",
  label_smoothing: "Label smoothing",
  lesion_crop_share: "Share of crops on a lesion",
  lesion_weight: "Weight of lesion pixels",
  loss_inside_fov: "Loss inside the field of view only",
  minimum_component_px: "Smallest finding (px)",
  one_cycle: "One-cycle learning rate",
  positive_weight: "Weight of lesion pixels",
  refresh_statistics: "Measure batch normalisation anew",
  rotation_degrees: "Largest rotation (degrees)",
  scale_log: "Largest zoom (log)",
  side_px: "Side of the input (px)",
  steps_per_epoch: "Steps an epoch",
  target_sensitivity: "Wanted sensitivity",
  test_fraction: "Share of patients that test",
  train_fraction: "Share of patients that train",
  validation_fraction: "Share of patients that validate",
  views: "Flips and turns averaged",
  width_shift: "Largest shift, sideways",
  zoom: "Largest zoom",
};

const VALUES: Readonly<Record<string, string>> = {
  adam: "Adam",
  adamw: "AdamW",
  cross_entropy: "cross-entropy",
  cross_entropy_dice: "cross-entropy and Dice",
  imagenet: "ImageNet weights",
  nearest: "repeat the border",
  oversample: "no DR drawn more often",
  random: "random weights",
  resnet50: "ResNet-50",
  sgd: "SGD",
  weight_2: "no DR weighs 2",
  "weight_2.5": "no DR weighs 2.5",
  weight_3: "no DR weighs 3",
};

export const settingTitle = (name: string): string => TITLES[name] ?? humanize(name);

export function settingValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : formatMetric(value);
  if (Array.isArray(value)) return value.map(settingValue).join(", ");
  return typeof value === "string" ? (VALUES[value] ?? value) : JSON.stringify(value);
}

/** "changed from False" and the like, in the words of the values beside it. */
const reasonInWords = (why: string): string =>
  why.replace(/^changed from (.+)$/, (_, was: string) => {
    const word = { True: "yes", False: "no" }[was] ?? VALUES[was] ?? was.replaceAll(/[()]/g, "");
    return `changed from ${word}`;
  });

/** Settings with their provenance ({value, source, why}), or plain values. */
export function settingLines(settings: Readonly<Record<string, unknown>>): SettingLine[] {
  return Object.entries(settings).map(([name, part]) => {
    const described = typeof part === "object" && part !== null && "value" in part;
    const { value, source, why } = described
      ? (part as { value: unknown; source?: unknown; why?: unknown })
      : { value: part, source: "", why: "" };
    return {
      name,
      title: settingTitle(name),
      value: settingValue(value),
      source: typeof source === "string" ? source : "",
      why: typeof why === "string" ? reasonInWords(why) : "",
    };
  });
}

/** "212 accepted images, 37 new since the champion": what the button will train on. */
export function learnsFrom(ready: {
  readonly images: number;
  readonly champion: string | null;
  readonly new_images: number | null;
}): string {
  const all = plural(ready.images, "accepted image");
  if (ready.champion === null) return `${all}, no champion yet`;
  if (ready.new_images === null) {
    return `${all}. The champion was trained elsewhere: which of these it has seen is not recorded.`;
  }
  return `${all}, ${ready.new_images === 0 ? "none" : ready.new_images.toLocaleString("en-GB")} new since the champion`;
}
