"""Reads which files the built front end consists of."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MAIN, WORKER = "src/main.tsx", "src/offline/serviceWorker.ts"  # as the manifest calls them


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Addresses of the page's script, styles and modules to load early."""

    script: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


def entry(dist: Path, *, base_url: str) -> Entry | None:
    """Return the built page's parts; None when the front end is not built. Re-read after a new build."""
    manifest = dist / ".vite" / "manifest.json"
    try:
        changed_ns = manifest.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _read(manifest, changed_ns, base_url)


@lru_cache(maxsize=4)
def _read(manifest: Path, changed_ns: int, base_url: str) -> Entry:
    chunks: dict[str, dict[str, Any]] = json.loads(manifest.read_text(encoding="utf-8"))
    main = chunks[MAIN]
    imported = _imports(chunks, main)
    styles = [style for chunk in [*imported, main] for style in chunk.get("css", [])]
    return Entry(
        script=base_url + main["file"],
        styles=tuple(base_url + style for style in dict.fromkeys(styles)),
        preloads=tuple(base_url + chunk["file"] for chunk in imported),
    )


def worker(dist: Path, *, base_url: str) -> str | None:
    """Return the service worker's code with the files that it keeps; None when there is none."""
    try:
        chunks: dict[str, dict[str, Any]] = json.loads((dist / ".vite" / "manifest.json").read_text("utf-8"))
        code = (dist / chunks[WORKER]["file"]).read_text("utf-8")
    except (FileNotFoundError, KeyError):
        return None
    parts = [chunk for name, chunk in chunks.items() if name != WORKER]
    names = {
        name for chunk in parts for name in (chunk["file"], *chunk.get("css", []), *chunk.get("assets", []))
    }
    files = [base_url + name for name in sorted(names)]
    version = hashlib.sha256("\n".join([*files, code]).encode()).hexdigest()[:16]
    return f"self.shell = {json.dumps({'version': version, 'files': files})};\n{code}"


def _imports(chunks: dict[str, dict[str, Any]], chunk: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a chunk imports statically, each once, the deepest first."""
    found: dict[str, dict[str, Any]] = {}

    def visit(current: dict[str, Any]) -> None:
        for name in current.get("imports", []):
            if name not in found:
                found[name] = chunks[name]
                visit(chunks[name])

    visit(chunk)
    return list(reversed(found.values()))
