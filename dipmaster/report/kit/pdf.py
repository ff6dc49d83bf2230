"""HTML to PDF: the same bytes for the same input on every run.

What could make two runs differ is fixed here: no clock (`SOURCE_DATE_EPOCH`
and the attachment's dates are constants), a constant PDF identifier, and a
font configuration that knows the DejaVu files of the matplotlib package and
no font of the machine.
"""

import base64
import os
import re
import tempfile
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dipmaster.core.errors import DipMasterError
from dipmaster.core.parallel import map_in_threads
from dipmaster.report.attachments import Attachment
from dipmaster.report.kit.anchors import anchor_at_start
from dipmaster.report.kit.drawing import without_cycle_search
from dipmaster.report.kit.printable import bundled_font
from dipmaster.report.kit.svg import without_data

FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSans-BoldOblique",
    "DejaVuSansMono",
)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
IDENTIFIER = b"dipmaster-phase-gate-report"
APT_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def pdf(page: str, attachments: Sequence[Attachment]) -> bytes:
    """The HTML as PDF with outline, tags, alt texts and files attached.

    All charts are vectors and fonts are cut down to the characters used, so
    none of WeasyPrint's options for images, hinting or full fonts applies.

    Raises
    ------
    DipMasterError
        Where Pango or HarfBuzz is not installed; names the Debian packages.
    """
    with _only_bundled_fonts(), _fixed_epoch(), without_cycle_search():
        weasyprint = _weasyprint()
        attached = [
            weasyprint.Attachment(
                string=one.content,
                name=one.name,
                description=one.description,
                created=EPOCH,
                modified=EPOCH,
                relationship="Data",
            )
            for one in attachments
        ]
        document: bytes = weasyprint.HTML(string=with_images(page), base_url=None).write_pdf(
            finisher=_compress_streams,
            attachments=attached,
            pdf_identifier=IDENTIFIER,
            pdf_tags=True,
        )
    return document


def _compress_streams(_document: Any, file: Any) -> None:
    """Compress what WeasyPrint would compress twice: for the file's hash, and for the file.

    Parameters
    ----------
    file
        A `pydyf.PDF`; its streams get the very bytes that pydyf would make of them.
    """
    streams = [one for one in file.objects if getattr(one, "compress", False)]
    for stream in streams:
        stream.compress = False
    plain = [_content(stream.data) for stream in streams]
    for stream, packed in zip(
        streams, map_in_threads(_compress, plain, "compressing"), strict=True
    ):
        stream.stream = [packed]
        stream.extra = {**stream.extra, "Filter": "/FlateDecode"}


def _content(data: bytes) -> bytes:
    """What stands between the dictionary of a stream and its end."""
    return data.split(b"\nstream\n", 1)[1].removesuffix(b"\nendstream")


def _compress(content: bytes) -> bytes:
    return zlib.compress(content, level=9)


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
    data = base64.b64encode(anchor_at_start(without_data(chart[0])).encode()).decode()
    return f'<img alt="{alt}" src="data:image/svg+xml;base64,{data}">'


def _weasyprint() -> Any:
    fix = f"  Fix: sudo apt-get install {APT_PACKAGES}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import weasyprint
            from weasyprint.text import ffi
    except OSError as error:
        raise DipMasterError(f"WeasyPrint cannot load a library: {error}.\n{fix}") from error
    if ffi.harfbuzz_subset is None:
        raise DipMasterError(f"WeasyPrint finds no harfbuzz-subset library.\n{fix}")
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
