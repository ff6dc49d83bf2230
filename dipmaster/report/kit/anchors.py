"""Text anchored at its middle or end to the same text anchored at its start, for the PDF.

WeasyPrint draws text with another anchor as a form of its own, with a dictionary of resources
beside it: in a report with 1,600 such labels a quarter of the file, and time to write it.
"""

import re
from functools import cache
from html import unescape

from matplotlib.ft2font import FT2Font, LoadFlags

from dipmaster.report.kit.printable import bundled_font

_ANCHORED = re.compile(
    r'<text(?P<before>[^>]*) text-anchor="(?P<anchor>middle|end)"(?P<style>[^>]*)'
    r' x="(?P<x>[-\d.]+)"(?P<after>[^>]*)>(?P<words>[^<]*)</text>'
)
_SIZE = re.compile(r' font-size="([\d.]+)px"')
_SHARE_BEFORE = {"middle": 0.5, "end": 1.0}


def anchor_at_start(svg: str) -> str:
    """Every label of one line at the place where it begins, as wide as the PDF's font makes it.

    Labels without a size in px, or with a character that the font lacks, keep their anchor.
    """
    return _ANCHORED.sub(_anchor_label, svg)


def text_width(words: str, size: float, is_bold: bool = False) -> float | None:
    """Width of words in the unit of `size`, without kerning; None where the font lacks one.

    Parameters
    ----------
    words
        Set letter by letter, as WeasyPrint sets the text of an SVG.
    """
    advances = [_advance(letter, is_bold) for letter in words]
    known = [one for one in advances if one is not None]
    return size * sum(known) if len(known) == len(advances) else None


def _anchor_label(label: re.Match[str]) -> str:
    style = label["before"] + label["style"]
    size, words = _SIZE.search(style), unescape(label["words"])
    if size is None or "font-style" in style:
        return label[0]
    width = text_width(words, float(size[1]), 'font-weight="700"' in style)
    if width is None:
        return label[0]
    x = float(label["x"]) - _SHARE_BEFORE[label["anchor"]] * width
    return f'<text{style} x="{x:.2f}"{label["after"]}>{label["words"]}</text>'


@cache
def _advance(letter: str, is_bold: bool) -> float | None:
    """Of one letter, in units of the font's size; None where the font lacks it."""
    font = _font(is_bold)
    if not font.get_char_index(ord(letter)):
        return None
    glyph = font.load_char(ord(letter), flags=LoadFlags.NO_SCALE)
    return float(glyph.horiAdvance) / float(font.units_per_EM)


@cache
def _font(is_bold: bool) -> FT2Font:
    return FT2Font(bundled_font("DejaVuSans-Bold" if is_bold else "DejaVuSans"))
