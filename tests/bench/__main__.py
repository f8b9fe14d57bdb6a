"""`make bench`: runs every measurement of this folder and prints one table.

Each module measures ours and the plain way in turns in one process and prints lines such as
`ours 1.20 s, PIL.ImageDraw + PNG save 0.90 s, ratio 1.33 (aim <= 2)`. A name on the command line runs only
that module.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NUMBER = r"[\d.,]+ ?[A-Za-zµ/]*"
PAIR = re.compile(
    rf"^\s*(?:(?P<what>[^:]+): )?ours (?P<ours>{NUMBER}), (?P<name>.+?) (?P<plain>{NUMBER}), "
    r"ratio (?P<ratio>[\d.]+)(?: \(aim <= (?P<aim>[\d.]+)\))?"
)
Row = tuple[str, ...]
HEADER: Row = ("measurement", "ours", "plain", "plain way", "ratio", "aim", "")


def modules(only: list[str]) -> list[Path]:
    """Return the measuring modules, or those named."""
    found = [path for path in sorted(HERE.glob("*.py")) if not path.name.startswith("_")]
    return [path for path in found if not only or path.stem in only]


def run(module: Path) -> tuple[int, list[str]]:
    """Run one module in a process of its own, showing what it prints; returns exit status and lines."""
    lines = []
    command = [sys.executable, "-u", str(module)]
    with subprocess.Popen(command, cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line.rstrip())
    return process.returncode, lines


def rows(module: Path, lines: list[str]) -> list[Row]:
    """Return the table's rows of what a module printed."""
    found: list[Row] = []
    for line in lines:
        if pair := PAIR.match(line):
            name = module.stem.replace("_", " ")
            what = f"{name}: {pair['what']}" if pair["what"] else name
            aim, ratio = pair["aim"], pair["ratio"]
            verdict = "" if not aim or float(ratio) <= float(aim) else "MISSED"
            found.append((what, pair["ours"], pair["plain"], pair["name"], ratio, aim or "", verdict))
    return found


def table(content: list[Row]) -> str:
    """Lay the rows out in columns."""
    widths = [max(len(row[column]) for row in content) for column in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in content]
    lines.insert(1, "-" * (sum(widths) + 2 * len(widths)))
    return "\n".join(line.rstrip() for line in lines)


def main() -> int:
    """Run the measurements; exit status 1 when one crashed. A missed aim is shown, not an error."""
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", help="names of modules, such as mask_building")
    content, failed = [HEADER], False
    for module in modules(parser.parse_args().only):
        sys.stdout.write(f"\n== {module.stem.replace('_', ' ')}\n")
        sys.stdout.flush()
        status, lines = run(module)
        failed |= status != 0
        found = rows(module, lines)
        outcome = "failed" if status else "no pair measured"
        content += found or [(module.stem.replace("_", " "), *[""] * 5, outcome)]
    sys.stdout.write(f"\n{table(content)}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
