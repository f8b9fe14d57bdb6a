"""A signed review on paper: decision, photographs with lesions, findings, models, signature.

The signed JSON is attached to the file, so that `manage.py verify_decision` can check it.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from pypdf import PdfReader, PdfWriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from core.one_person import STATEMENT
from inference.decision_rules import DISCLAIMER
from review.models import Signature
from review.services.report_pictures import ReportPicture, pictures_of
from review.services.report_words import (
    LABELLED_BY_SIGNER,
    eye_name,
    findings_told,
    headline,
    lesion_counts,
    lesion_name,
    not_judged_told,
    outcome_name,
    rejected_told,
    verdict_name,
)

ATTACHED = "review.json"
MOST_ROWS = 60  # of one image, before accepted findings are left to the attached file
WIDTH = A4[0] - 36 * mm
PICTURE_HEIGHT = 105 * mm
INK, QUIET, LINE = colors.HexColor("#1a2433"), colors.HexColor("#5b6675"), colors.HexColor("#c9d0da")
FONTS = Path(reportlab.__file__).parent / "fonts"
BODY = ParagraphStyle("body", fontName="Vera", fontSize=9, leading=12.5, textColor=INK)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=7.5, leading=10, textColor=QUIET)
TITLE = ParagraphStyle("title", parent=BODY, fontName="VeraBd", fontSize=16, leading=21)
HEADING = ParagraphStyle("heading", parent=BODY, fontName="VeraBd", fontSize=11, leading=15, spaceBefore=8)
VERDICT = ParagraphStyle("verdict", parent=BODY, fontName="VeraBd", fontSize=13, leading=18)


def pdf_report(signature: Signature, *, attached: bytes) -> bytes:
    """The PDF of a signature, A4, with `attached` in it as `review.json`."""
    document = json.loads(signature.document)
    _register_fonts()
    file = BytesIO()
    template = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=20 * mm,
        title=f"Review of patient {document['patient']['code']}, version {document['version']}",
        author=document["signature"]["name"] or document["signature"]["by"],
        subject=DISCLAIMER,
    )

    def foot(canvas: Any, _template: Any) -> None:
        canvas.setFont("Vera", 7)
        canvas.setFillColor(QUIET)
        canvas.drawString(18 * mm, 12 * mm, f"{DISCLAIMER} SHA-256 {signature.sha256[:16]}…")
        canvas.drawRightString(A4[0] - 18 * mm, 12 * mm, f"Page {canvas.getPageNumber()}")

    pictures = list(pictures_of(document))
    template.build(list(_story(document, signature.sha256, pictures)), onFirstPage=foot, onLaterPages=foot)
    writer = PdfWriter(clone_from=PdfReader(file))
    writer.add_attachment(ATTACHED, attached)
    done = BytesIO()
    writer.write(done)
    return done.getvalue()


def _story(document: dict[str, Any], sha256: str, pictures: Sequence[ReportPicture]) -> Iterator[Flowable]:
    exam, patient = document["exam"], document["patient"]
    place = ", ".join(part for part in (exam["site"], exam["camera"]) if part)
    synthetic = " (synthetic sample, no real person)" if patient["synthetic"] else ""
    yield Paragraph(f"Patient {escape(patient['code'])}", TITLE)
    date = exam["date"] or "without a date"
    yield _text(f"Exam {date}{f' · {place}' if place else ''}{synthetic}. Version {document['version']}.")
    if before := document["replaces"]:
        yield _text(f"Replaces version {before['version']} (SHA-256 {before['sha256']}).", SMALL)
    yield Spacer(1, 4 * mm)
    yield from _decisions(document)
    for image, picture in zip(document["images"], pictures, strict=True):
        yield from _image(image, picture)
    yield from _models(document["models"])
    yield KeepTogether(list(_signature(document, sha256)))


def _decisions(document: dict[str, Any]) -> Iterator[Flowable]:
    decision = document["decision"]
    yield _text(
        f"{_sentence(outcome_name(decision['outcome']))}. {_sentence(decision['urgency_title'])}.", VERDICT
    )
    rows = [("Patient", decision), *((_sentence(eye_name(eye["eye"])), eye) for eye in document["eyes"])]
    yield _table(
        ["", "Decision", "Proposed by the rules", "Why otherwise, or because"],
        [
            [
                name,
                outcome_name(one["outcome"]),
                "the same" if one["agreed"] else outcome_name(one["proposed"]),
                " ".join(one["because"]) if one["agreed"] else one["reason"],
            ]
            for name, one in rows
        ],
        widths=(0.2, 0.16, 0.18, 0.46),
    )
    if document["conclusion"]:
        yield _text("Conclusion", HEADING)
        for line in document["conclusion"].splitlines():
            yield _text(line or " ")
    yield _text(DISCLAIMER, SMALL)


def _image(image: dict[str, Any], picture: ReportPicture) -> Iterator[Flowable]:
    agreed = (
        ""
        if image["agreed"]
        else f" (the rules proposed {outcome_name(image['proposed'])}: {image['reason']})"
    )
    scale = min(WIDTH / image["width"], PICTURE_HEIGHT / image["height"])
    counts = ", ".join(
        f"{_swatch(picture.colors.get(code))}{escape(lesion_name(code))}s: {count}"
        for code, count in lesion_counts(image).items()
    )
    yield KeepTogether(
        [
            _text(f"{_sentence(eye_name(image['eye']))}: {outcome_name(image['outcome'])}{agreed}", HEADING),
            Image(BytesIO(picture.jpeg), width=image["width"] * scale, height=image["height"] * scale),
            _text(
                f"Image {image['id']}, {image['width']} by {image['height']} px, SHA-256 {image['sha256']}",
                SMALL,
            ),
            Paragraph(f"Lesions that stand after the review: {counts or 'nobody looked for any'}.", BODY),
        ]
    )
    findings = image["findings"]
    if not findings and not image["added"]:
        return
    told, left = findings_told(findings, most=MOST_ROWS)
    rows = [
        [
            str(number),
            lesion_name(one["class"]),
            f"{one['confidence']:.2f}",
            _percent(one["area_fov_percent"]),
            verdict_name(one),
        ]
        for number, one in enumerate(told, start=1)
    ]
    rows += [["+", lesion_name(one["class"]), "", "", "added by the reviewer"] for one in image["added"]]
    if rows:
        yield Spacer(1, 2 * mm)
        yield _table(
            ["", "Finding", "Confidence", "% of field", "Verdict"],
            rows,
            widths=(0.07, 0.23, 0.14, 0.14, 0.42),
        )
    if left:
        yield _text(f"{left} more accepted findings: see {ATTACHED}, attached to this file.", SMALL)
    for line in (*rejected_told(findings), not_judged_told(findings)):
        if line:
            yield _text(line, SMALL)


def _models(models: Sequence[dict[str, Any]]) -> Iterator[Flowable]:
    if not models:
        return
    rows = [[one["task"], one["title"], headline(one["held_out_metrics"]), one["id"][:16]] for one in models]
    yield _text("Models, and what they reached on held-out images", HEADING)
    yield _table(["Task", "Model", "Held-out metrics", "Id"], rows, widths=(0.14, 0.24, 0.42, 0.2))


def _signature(document: dict[str, Any], sha256: str) -> Iterator[Flowable]:
    signed = document["signature"]
    who = f"{signed['name']} ({signed['by']})" if signed["name"] else signed["by"]
    yield _text("Signature", HEADING)
    yield _text(f"Signed by {who}, {_when(signed['at'])}.")
    yield _text(f"“{signed['meaning']}”")
    if document["site"]["one_person_operation"]:
        yield _text(STATEMENT)
    if signed["labelled_by_signer"]:
        yield _text(LABELLED_BY_SIGNER)
    yield _text(f"SHA-256 of the signed review: {sha256}", SMALL)
    yield _text("Check this file with: manage.py verify_decision FILE", SMALL)


def _table(head: list[str], rows: list[list[str]], *, widths: Sequence[float]) -> Table:
    cells = [[_text(one, SMALL) for one in head], *([_text(one) for one in row] for row in rows)]
    table = Table(cells, colWidths=[share * WIDTH for share in widths], repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table


def _swatch(color: str | None) -> str:
    """A patch of the colour in which a class is drawn; nothing where none of it is."""
    return f'<font backColor="{color}">\u00a0\u00a0\u00a0</font>\u00a0' if color else ""


def _percent(share: float) -> str:
    return f"{share:.3f}" if share >= 0.001 else "< 0.001"


def _when(moment: str) -> str:
    """`23 November 2026, 14:58:43 UTC` of an ISO time."""
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%-d %B %Y, %H:%M:%S} UTC"


def _text(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    return Paragraph(escape(text), style)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _register_fonts() -> None:
    """Fonts that carry more letters than PDF's own, embedded; they come with reportlab."""
    for name in ("Vera", "VeraBd"):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
