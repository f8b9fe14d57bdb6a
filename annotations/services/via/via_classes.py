"""Which attribute of a VIA file names the lesion, and which of its values mean which class."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from annotations.services.via.via_options import OptionNames, option_name
from annotations.services.via.via_rows import RowRefused, ViaRow, class_text, read_attributes

USUAL_ATTRIBUTE = "Abnormality"
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
        code = meant_by(value, mapped)
        if code == "":
            return None
        if code is None:
            if not value:
                raise _no_class(attribute)
            code = self.guess(called) or self.guess(value)
        if code in self.names:
            return code
        raise self._unknown(code or called or value, attribute)

    def _unknown(self, value: str, attribute: str) -> RowRefused:
        says = f", as '{attribute:.60}' says," if attribute else ""
        return RowRefused(
            "unknown_class",
            f"'{value:.60}'{says} is no lesion class of this project.",
            f"Say which class it means (or leave it out), or use one of: {', '.join(self.names.values())}; "
            f"or their codes {', '.join(self.names)}.",
        )


def guess_attribute(
    rows: Iterable[ViaRow],
    *,
    classes: ClassTable,
    wanted: str | None = None,
    options: OptionNames | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """The attribute that names the lesion in these rows.

    The wanted one; else the one that most values are known of, from earlier files (`remembered`: classes by
    value, by attribute); else the usual one; else the one with most values that name a class.
    """
    if wanted is not None and not wanted:
        return ""
    earlier = remembered or {}
    known: Counter[str] = Counter()
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
            known[name] += meant_by(text, earlier.get(name, {})) is not None
    if wanted is not None:
        return seen.get(wanted.strip().lower(), wanted)
    if any(known.values()):
        return known.most_common(1)[0][0]
    if USUAL_ATTRIBUTE.lower() in seen:
        return seen[USUAL_ATTRIBUTE.lower()]
    best = named.most_common(1)
    if best and (best[0][1] or len(named) == 1):
        return best[0][0]
    return USUAL_ATTRIBUTE


def meant_by(value: str, mapped: Mapping[str, str]) -> str | None:
    """What a mapping says of a value, however it is written; None: nothing."""
    said = mapped.get(value)
    if said is not None or not value:
        return said
    return next((to for name, to in mapped.items() if name and plain(name) == plain(value)), None)


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
