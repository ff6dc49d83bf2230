"""Templates to HTML, HTML to PDF: the same bytes for the same input on every run.

What could make two runs differ is fixed here: no clock (`SOURCE_DATE_EPOCH`
and the attachment's dates are constants), a constant PDF identifier, and a
font configuration that knows the DejaVu files of the matplotlib package and
no font of the machine. Characters those fonts lack are printed as their code
point, so that a strange file name cannot pull in another font.
"""

import base64
import os
import re
import tempfile
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape
from matplotlib.ft2font import FT2Font

from dipmaster.core.errors import DipMasterError, PipelineError
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import bundled_font, without_cycle_search

FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSans-BoldOblique",
    "DejaVuSansMono",
)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
IDENTIFIER = b"dipmaster-phase-gate-report"
TEMPLATES = Path(__file__).parents[1]
DECISION = "chapters/decision/decision.html.j2"
APT_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def breakable(text: str) -> Markup:
    """Let a long name break after an underscore, a dot or a slash."""
    safe = str(escape(printable(text)))
    return Markup(re.sub(r"([_./])(?=\w)", r"\1<wbr>", safe))


FILTERS = {
    "breakable": breakable,
    "percent": numbers.percent,
    "points": numbers.points,
    "bps": numbers.bps,
    "money": numbers.money,
    "count": numbers.count,
    "ratio": numbers.ratio,
    "minutes": numbers.minutes,
    "days": numbers.days,
    "plain": numbers.plain,
    "estimate": numbers.estimate,
    "bounds": numbers.interval_of,
    "chance": numbers.chance,
    "typeset": numbers.typeset,
}


def html(context: Mapping[str, Any], template: str = "report.html.j2") -> str:
    """The whole report as one HTML page; `DECISION` is its page one alone.

    Raises
    ------
    PipelineError
        Where an earlier stage's JSON lacks what a template prints.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_printable_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    try:
        return environment.get_template(template).render(context)
    except jinja2.UndefinedError as error:
        raise PipelineError(
            f"reports/metrics: expected a value that the report prints, found that {error}.\n"
            "  Cure: run the whole pipeline with `dvc repro`."
        ) from error


def _printable_value(value: Any) -> Any:
    """Let text and whole numbers through; a bare None or float is a missing format."""
    if isinstance(value, (Markup, jinja2.Undefined)):
        return value
    if value is None or isinstance(value, float):
        raise TypeError(f"{value!r} reached a template without a number format")
    return printable(str(value))


def printable(text: str) -> str:
    """Replace what the report's font cannot draw by its code point, as in ⟨U+4E2D⟩."""
    return "".join(char if _can_be_drawn(char) else f"⟨U+{ord(char):04X}⟩" for char in text)


def _can_be_drawn(char: str) -> bool:
    if char == "\n":
        return True
    return unicodedata.category(char)[0] != "C" and ord(char) in _drawn()


@cache
def _drawn() -> frozenset[int]:
    return frozenset(FT2Font(bundled_font("DejaVuSans")).get_charmap())


def pdf(page: str, attachment: bytes) -> bytes:
    """The HTML as PDF with outline, tags, alt texts and gates.json attached.

    All charts are vectors and fonts are cut down to the characters used, so
    none of WeasyPrint's options for images, hinting or full fonts applies.

    Raises
    ------
    DipMasterError
        Where Pango or HarfBuzz is not installed; names the Debian packages.
    """
    with _only_bundled_fonts(), _fixed_epoch(), without_cycle_search():
        weasyprint = _weasyprint()
        attached = weasyprint.Attachment(
            string=attachment,
            name="gates.json",
            description="Gate values, intervals and verdicts as JSON",
            created=EPOCH,
            modified=EPOCH,
            relationship="Data",
        )
        document: bytes = weasyprint.HTML(string=with_images(page), base_url=None).write_pdf(
            attachments=[attached],
            pdf_identifier=IDENTIFIER,
            pdf_tags=True,
        )
    return document


def with_images(page: str) -> str:
    """The page with its inline charts as images that carry the same SVG and its title.

    WeasyPrint works out the style of every element of the page: thousands of
    strokes inside charts, which no rule of the style sheet is meant for.
    """
    return _CHART.sub(_image, page)


_CHART = re.compile(r"<svg .*?</svg>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def _image(chart: re.Match[str]) -> str:
    title = _TITLE.search(chart[0])
    alt = title[1].replace('"', "&quot;") if title else ""
    data = base64.b64encode(chart[0].encode()).decode()
    return f'<img alt="{alt}" src="data:image/svg+xml;base64,{data}">'


def _weasyprint() -> Any:
    cure = f"  Cure: sudo apt-get install {APT_PACKAGES}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import weasyprint
            from weasyprint.text import ffi
    except OSError as error:
        raise DipMasterError(f"WeasyPrint cannot load a library: {error}.\n{cure}") from error
    if ffi.harfbuzz_subset is None:
        raise DipMasterError(f"WeasyPrint finds no harfbuzz-subset library.\n{cure}")
    return weasyprint


@contextmanager
def _only_bundled_fonts() -> Iterator[None]:
    """Point fontconfig at a folder that holds nothing but the report's fonts."""
    with tempfile.TemporaryDirectory(prefix="dipmaster-fonts-") as name:
        folder = Path(name)
        (folder / "fonts").mkdir()
        for font in FONTS:
            (folder / "fonts" / f"{font}.ttf").write_bytes(bundled_font(font).read_bytes())
        config = folder / "fonts.conf"
        config.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
            f"<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>\n",
            encoding="utf-8",
        )
        with _environment(FONTCONFIG_FILE=str(config)):
            yield


@contextmanager
def _fixed_epoch() -> Iterator[None]:
    with _environment(SOURCE_DATE_EPOCH=str(int(EPOCH.timestamp()))):
        yield


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
