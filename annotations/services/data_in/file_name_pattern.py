"""What a file's name tells of an image, by a pattern that a project's administrator sets.

`{patient}_{eye}` reads `0815_OD.jpg`. The placeholders are patient, eye, date (2024-03-31 or 20240331), field
and any (whatever stands there); all other characters mean themselves, without regard to case. A pattern
without `/` is about the file's name without its ending; one with `/` also about the folders above it.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from annotations.services.data_in.image_details import ImageDetails
from annotations.states import Eye
from core.errors import Invalid

EYES = {
    "od": Eye.OD, "r": Eye.OD, "re": Eye.OD, "right": Eye.OD,
    "os": Eye.OS, "l": Eye.OS, "le": Eye.OS, "left": Eye.OS,
}  # fmt: skip
DATE = r"\d{4}-?\d{2}-?\d{2}"
PLACEHOLDERS = {
    "patient": r"[^/]{1,64}?",
    "eye": "|".join(sorted(EYES, key=len, reverse=True)),
    "date": DATE,
    "field": r"[^/]{1,40}?",
    "any": r"[^/]*?",
}
LONGEST_PATTERN = 120
LONGEST_NAME = 255
UNBOUNDED = frozenset({"patient", "field", "any"})
MOST_UNBOUNDED = 3  # more make some names slow to read
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class BadPattern(Invalid):
    """The file-name pattern can't be used."""

    code = "bad_pattern"


@dataclass(frozen=True, slots=True)
class FileNamePattern:
    """A pattern, ready to read names with."""

    text: str
    expression: re.Pattern[str]

    def read(self, name: str) -> ImageDetails | None:
        """What a name (with the folders above it, parted by `/`) tells; None when it does not fit."""
        readable = _readable(name, parts=self.text.count("/") + 1)
        found = self.expression.fullmatch(readable) if len(readable) <= LONGEST_NAME else None
        if found is None:
            return None
        values = found.groupdict()
        exam_date = _date(values.get("date") or "")
        if values.get("date") and exam_date is None:
            return None
        return ImageDetails(
            patient=(values.get("patient") or "").strip(),
            eye=EYES.get((values.get("eye") or "").lower(), Eye.UNKNOWN),
            exam_date=exam_date,
            field=(values.get("field") or "").strip(),
        )


def file_name_pattern(text: str) -> FileNamePattern:
    """Understand a pattern. Raises BadPattern."""
    if len(text) > LONGEST_PATTERN or not text.isprintable():
        raise BadPattern(
            f"A pattern has at most {LONGEST_PATTERN} characters.",
            remedy="Use {any} for what does not matter.",
        )
    names = [placeholder[1].strip().lower() for placeholder in PLACEHOLDER.finditer(text)]
    if sum(name in UNBOUNDED for name in names) > MOST_UNBOUNDED:
        raise BadPattern(
            f"{{patient}}, {{field}} and {{any}} stand more than {MOST_UNBOUNDED} times in it.",
            remedy="Use {any} less often.",
        )
    seen: set[str] = set()
    parts: list[str] = []
    at = 0
    for placeholder in PLACEHOLDER.finditer(text):
        parts += [re.escape(text[at : placeholder.start()]), _part(placeholder[1].strip().lower(), seen)]
        at = placeholder.end()
    rest = text[at:]
    if not seen & {"patient", "eye", "date", "field"} or "{" in rest or "}" in rest:
        raise BadPattern(
            "The pattern names nothing to read.",
            remedy="Write placeholders in braces, as in {patient}_{eye}.",
        )
    return FileNamePattern(
        text=text, expression=re.compile("".join([*parts, re.escape(rest)]), re.IGNORECASE)
    )


def _part(name: str, seen: set[str]) -> str:
    if name not in PLACEHOLDERS:
        raise BadPattern(
            f"'{{{name:.20}}}' is no placeholder.",
            remedy=f"Use: {', '.join('{' + known + '}' for known in PLACEHOLDERS)}.",
        )
    if name == "any":
        return PLACEHOLDERS[name]
    if name in seen:
        raise BadPattern(f"'{{{name}}}' stands twice in the pattern.", remedy="Name each once; use {any}.")
    seen.add(name)
    return f"(?P<{name}>{PLACEHOLDERS[name]})"


def _readable(name: str, *, parts: int) -> str:
    """The last parts of a path, the file's own without its ending."""
    path = PurePosixPath(name.replace("\\", "/"))
    return "/".join([*path.parts[:-1][-(parts - 1) :], path.stem]) if parts > 1 else path.stem


def _date(text: str) -> date | None:
    digits = text.replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if digits else None
    except ValueError:
        return None
