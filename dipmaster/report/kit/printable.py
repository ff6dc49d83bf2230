"""What the report's font can draw: everything else is printed as its code point."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.ft2font import FT2Font


def bundled_font(name: str) -> Path:
    """A DejaVu font file of the matplotlib package."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"


def printable(text: str) -> str:
    """Replace what the report's font cannot draw by its code point, as in ⟨U+4E2D⟩."""
    return "".join(char if _can_be_drawn(char) else f"⟨U+{ord(char):04X}⟩" for char in text)


def breakable(text: str) -> Markup:
    """Let a long name break after an underscore, a slash or a dot, but no decimal."""
    safe = str(escape(printable(text)))
    return Markup(re.sub(r"(?:(?<!\d)\.|[_/])(?=\w)", r"\g<0><wbr>", safe))


def _can_be_drawn(char: str) -> bool:
    if char == "\n":
        return True
    return unicodedata.category(char)[0] != "C" and ord(char) in _drawn()


@cache
def _drawn() -> frozenset[int]:
    return frozenset(FT2Font(bundled_font("DejaVuSans")).get_charmap())
