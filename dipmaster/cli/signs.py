"""Signs of tables where the encoding of the output does not have them."""

import codecs
import sys
from io import TextIOWrapper

PLAIN = {
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
}
"""What stands for a sign: a number keeps its minus. For any other it is a question mark."""

_NAME = "dipmaster.signs"


def print_in_any_encoding() -> None:
    """Print plain signs in place of those that the encoding of the output does not have."""
    if isinstance(sys.stdout, TextIOWrapper):
        codecs.register_error(_NAME, _replace)
        sys.stdout.reconfigure(errors=_NAME)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign, "?") for sign in signs), error.end
