"""Which attribute of a VIA file names the lesion, and which of its values mean which class."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotations.services.via.via_options import OptionNames, option_name
from annotations.services.via.via_rows import RowRefused, ViaRow, class_text, read_attributes
from core.errors import Invalid

USUAL_ATTRIBUTE = "Abnormality"
MAX_MAPPED = 1_000
LOOKED_AT = 5_000  # regions that a guess of the attribute is made from
# Without accents, lower case, blanks for dashes. English, French, Spanish; an ending s is taken off.
CLASS_NAMES = {
    "HE": (
        "he", "hem", "haem", "hemorrhage", "haemorrhage", "retinal hemorrhage", "dot hemorrhage",
        "blot hemorrhage", "hemorragie", "hemorragie retinienne", "hemorragia", "hemorragia retiniana",
    ),
    "EX": (
        "ex", "exudate", "hard exudate", "exsudat", "exsudat dur", "exsudats dur", "exudat", "exudado",
        "exudado duro",
    ),
    "SE": (
        "se", "cws", "soft exudate", "cotton wool spot", "cotton wool", "cottonwool spot", "nodule cotonneux",
        "nodules cotonneux", "exsudat mou", "exsudats mou", "exsudat cotonneux", "exudado blando",
        "exudado algodonoso", "mancha algodonosa", "mancha algodonosas",
    ),
    "MA": (
        "ma", "microaneurysm", "micro aneurysm", "microaneurisme", "microanevrisme", "micro anevrisme",
        "microaneurisma", "micro aneurisma",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaMapping:
    """How a person wants a VIA file read.

    `attribute` None: guess; "": no attribute names the class. `classes` gives class codes by value as it
    stands in the file, "" to leave such regions out; the value "" is that of regions without the attribute.
    """

    attribute: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    close_polylines: bool = False

    def to_json(self) -> dict[str, Any]:
        """What Import.options and Project.import_rules keep; `mapping_from_json` reads it."""
        kept: dict[str, Any] = {"classes": dict(self.classes), "close_polylines": self.close_polylines}
        return kept if self.attribute is None else {"attribute": self.attribute, **kept}


class BadMapping(Invalid):
    """The mapping that was asked for is none."""

    code = "bad_mapping"


def mapping_from_json(asked: Mapping[str, Any], *, remembered: Mapping[str, Any] | None = None) -> ViaMapping:
    """Read a mapping; what it does not say comes from the one remembered. Raises BadMapping."""
    before = remembered or {}
    attribute = asked.get("attribute", before.get("attribute"))
    given = asked.get("classes", {})
    close = asked.get("close_polylines", before.get("close_polylines", False))
    if not (attribute is None or isinstance(attribute, str)) or not isinstance(close, bool):
        raise BadMapping("'attribute' must be a name, 'close_polylines' true or false.")
    if not isinstance(given, Mapping) or not all(isinstance(code, str) for code in given.values()):
        raise BadMapping("'classes' must give a class code, or an empty text, for each value.")
    if len(given) > MAX_MAPPED:
        raise BadMapping(f"{len(given):,} values are mapped; {MAX_MAPPED:,} are the most.")
    same = attribute == before.get("attribute")
    classes = {**(before.get("classes", {}) if same else {}), **given}
    return ViaMapping(attribute=attribute, classes=classes, close_polylines=close)


@dataclass(slots=True, kw_only=True)
class ClassTable:
    """The project's lesion classes, code to name; those switched off are among them."""

    names: Mapping[str, str]
    _codes: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._codes = _codes(self.names)

    def guess(self, value: str) -> str | None:
        """The code of the class that a value names, or None."""
        return self._codes.get(plain(value))

    def code_of(
        self, value: str, *, attribute: str, mapped: Mapping[str, str], called: str = ""
    ) -> str | None:
        """The code for a value, None to leave it out. Raises RowRefused (unknown_class, no_class).

        `called` is what the file calls the value, where it says so.
        """
        code = mapped.get(value)
        if code is None:
            code = next((to for name, to in mapped.items() if plain(name) == plain(value)), None)
        if code == "":
            return None
        if code is None:
            if not value:
                raise _no_class(attribute)
            code = self.guess(called) or self.guess(value)
        if code in self.names:
            return code
        raise self._unknown(code or called or value)

    def _unknown(self, value: str) -> RowRefused:
        return RowRefused(
            "unknown_class",
            f"'{value:.60}' is no lesion class of this project.",
            f"Say which class it means (or leave it out), or use one of: {', '.join(self.names.values())}; "
            f"or their codes {', '.join(self.names)}.",
        )


def guess_attribute(
    rows: Iterable[ViaRow],
    *,
    classes: ClassTable,
    wanted: str | None = None,
    options: OptionNames | None = None,
) -> str:
    """The attribute that names the lesion in these rows: the wanted one, the usual one, or by its values."""
    if wanted == "":
        return ""
    named: Counter[str] = Counter()
    seen: dict[str, str] = defaultdict(str)
    for row in rows:
        try:
            attributes = read_attributes(row.attributes) if row.row is not None else {}
        except RowRefused:
            continue
        for name in attributes:
            seen[name.strip().lower()] = name
            text = class_text(attributes, name)
            called = option_name(options or {}, attribute=name, option=text)
            named[name] += bool(classes.guess(called) or classes.guess(text))
    for likely in (wanted, USUAL_ATTRIBUTE):
        if likely is not None and likely.strip().lower() in seen:
            return seen[likely.strip().lower()]
    best = named.most_common(1)
    if best and (best[0][1] or len(named) == 1):
        return best[0][0]
    return wanted if wanted is not None else USUAL_ATTRIBUTE


def plain(text: str) -> str:
    """Lower case, without accents, dashes and underscores as blanks, without a plural's s."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[\s_\-\u2013/]+", " ", bare).strip()
    return re.sub(r"(?<=\w\w\w)s\b", "", words)


def _codes(known: Mapping[str, str]) -> dict[str, str]:
    """Plain names to class codes: the project's own (code to name) and the usual ones of three languages."""
    codes = {
        plain(alias): code for code, aliases in CLASS_NAMES.items() for alias in aliases if code in known
    }
    for code, name in known.items():
        codes[plain(code)] = code
        codes[plain(name)] = code
    return codes


def _no_class(attribute: str) -> RowRefused:
    return RowRefused(
        "no_class",
        f"The region has no '{attribute}'." if attribute else "No attribute names the region's class.",
        f"Give the region its {attribute or 'class'} in VIA (hemorrhage or exudate), or delete it; or say "
        "which class such regions are.",
    )
