import type { Plugin } from "vite";

/**
 * Annotorious 3.8 draws its shapes with a bundled Pixi 7, which needs WebGL and `new Function`; our
 * Content-Security-Policy has no 'unsafe-eval', reading rooms have machines without a graphics card, and Pixi
 * can't draw the patterns that tell the classes apart. So the build swaps that one drawing stage for ours
 * (src/surface/annotoriousStage.ts), and lets inline styles through the CSSOM, which the policy allows.
 * Each patch names the exact text of the pinned version and fails the build when it is not there.
 */
interface Patch {
  readonly name: string;
  readonly find: RegExp;
  readonly replace: string;
  readonly times: number;
}

const STYLE_ATTRIBUTE: Omit<Patch, "times"> = {
  name: "style attributes through the CSSOM",
  find: /(\w) == null \? (\w)\.removeAttribute\((\w)\) : \2\.getAttribute\(\3\) !== \1 && \2\.setAttribute\(\3, \1\);/g,
  replace:
    '$1 == null ? $2.removeAttribute($3) : $3 === "style" ? ($2.style.cssText = $1) : $2.getAttribute($3) !== $1 && $2.setAttribute($3, $1);',
};

const PATCHES: Readonly<Record<string, readonly Patch[]>> = {
  "annotorious-openseadragon.es.js": [
    {
      name: "no stage instead of Pixi",
      find: /e\(8, y = V2\(l, k\)\)/g,
      replace: "e(8, y = createEmptyStage(l))",
      times: 1,
    },
    { ...STYLE_ATTRIBUTE, times: 2 },
  ],
  "annotorious-plugin-tools.es.js": [{ ...STYLE_ATTRIBUTE, times: 2 }],
};

/** The patched source, or null when the file is not one of Annotorious'. Throws when a patch finds no place. */
export function patchAnnotorious(code: string, fileName: string, stageModule: string): string | null {
  const patches = PATCHES[fileName];
  if (!patches) return null;
  let patched = code;
  for (const patch of patches) {
    const found = [...patched.matchAll(patch.find)].length;
    if (found !== patch.times) {
      throw new Error(`${fileName}: "${patch.name}" fits ${found} places, expected ${patch.times}`);
    }
    patched = patched.replace(patch.find, patch.replace);
  }
  if (!patched.includes("createEmptyStage")) return patched;
  return `import { createEmptyStage } from ${JSON.stringify(stageModule)};\n${patched}`;
}

export function annotoriousWithoutEval(stageModule: string): Plugin {
  return {
    name: "annotorious-without-eval",
    transform(code, id) {
      const fileName = id.split("?")[0]?.split("/").pop() ?? "";
      const patched = patchAnnotorious(code, fileName, stageModule);
      return patched === null ? null : { code: patched, map: null };
    },
  };
}
