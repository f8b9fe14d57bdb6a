"""How a VIA file is read: as somebody says, else as the project's earlier files with the same attribute."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import Invalid

MAX_MAPPED = 1_000
SHOWN_VALUES = 20
MAX_REMEMBERED = 50  # attributes

Remembered = Mapping[str, Mapping[str, Any]]
"""By attribute: `classes` (code by value) and `close_polylines`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaMapping:
    """How a person wants a VIA file read.

    `attribute` None: guess; "": no attribute names the class. `classes` gives class codes by value as it
    stands in the file, "" to leave such regions out; the value "" is that of regions without the attribute.
    `close_polylines` None: nobody said.
    """

    attribute: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    close_polylines: bool | None = None
    remembered: Remembered = field(default_factory=dict)

    @property
    def remembered_classes(self) -> dict[str, Mapping[str, str]]:
        """Class codes by value, by attribute."""
        return {name: earlier["classes"] for name, earlier in self.remembered.items()}

    def of(self, attribute: str) -> "ViaMapping":
        """The mapping for a file that names its lesions by this attribute: what was said counts first."""
        earlier = self.remembered.get(attribute, {})
        close = self.close_polylines
        meant = self.attribute is None or self.attribute.strip().lower() == attribute.strip().lower()
        said = self.classes if meant else {}
        return replace(
            self,
            attribute=attribute,
            classes={**earlier.get("classes", {}), **said},
            close_polylines=earlier.get("close_polylines", False) if close is None else close,
        )

    def to_json(self) -> dict[str, Any]:
        """What was said, as Import.options keeps it; `mapping_from_json` reads it."""
        said: dict[str, Any] = {"attribute": self.attribute, "close_polylines": self.close_polylines}
        return {"classes": dict(self.classes)} | {name: one for name, one in said.items() if one is not None}

    def as_used(self, attribute: str, meanings: Mapping[str, str]) -> "ViaMapping":
        """How a file was read in the end, with what was guessed: `meanings` are its codes by value."""
        used = self.of(attribute)
        return replace(used, classes=dict(meanings), close_polylines=bool(used.close_polylines))

    def in_words(self) -> str:
        """`the lesions are named by 'type': 'red dot' is HE, 'vessel' is left out`."""
        if not self.attribute:
            code = self.classes.get("")
            return f"all regions are alike: {code or 'left out'}" if code is not None else "nothing is said"
        meanings = [
            f"{repr(value) if value else 'not given'} is {code or 'left out'}"
            for value, code in list(self.classes.items())[:SHOWN_VALUES]
        ]
        rest = len(self.classes) - SHOWN_VALUES
        known = ", ".join(meanings + ([f"and {rest:,} more"] if rest > 0 else []))
        return f"the lesions are named by '{self.attribute}': {known or 'no value of it is known'}"

    def remembering(self, attribute: str) -> dict[str, Any]:
        """What Project.import_rules keeps once a file was imported by this mapping.

        What regions without the attribute are, all of a file's or some, is remembered for no other file: what
        they draw may be anything there.
        """
        if not attribute:
            return dict(self.remembered)
        used = self.of(attribute)
        classes = {value: code for value, code in used.classes.items() if value or not code}
        kept = {name: one for name, one in self.remembered.items() if name != attribute}
        newest = dict(list(kept.items())[-MAX_REMEMBERED + 1 :])
        return newest | {attribute: {"classes": classes, "close_polylines": used.close_polylines}}


class BadMapping(Invalid):
    """The mapping that was asked for is none."""

    code = "bad_mapping"


def mapping_from_json(asked: Mapping[str, Any], *, remembered: Remembered | None = None) -> ViaMapping:
    """Read what was said, beside what is remembered. Raises BadMapping."""
    attribute, close = asked.get("attribute"), asked.get("close_polylines")
    given = asked.get("classes", {})
    if not (attribute is None or isinstance(attribute, str)) or not (
        close is None or isinstance(close, bool)
    ):
        raise BadMapping("'attribute' must be a name, 'close_polylines' true or false.")
    if not isinstance(given, Mapping) or not all(isinstance(code, str) for code in given.values()):
        raise BadMapping("'classes' must give a class code, or an empty text, for each value.")
    if len(given) > MAX_MAPPED:
        raise BadMapping(f"{len(given):,} values are mapped; {MAX_MAPPED:,} are the most.")
    return ViaMapping(
        attribute=attribute, classes=dict(given), close_polylines=close, remembered=remembered or {}
    )
