"""What no chapter may print, however little was traded."""

import re
from collections.abc import Iterator, Mapping

PROMISED = ("claims", "contradictions", "readings")
"""Chapters that print the roadmap's own figures, such as a Sharpe ratio 300 % higher."""
NAMED_BY_NUMBER = ("provenance",)
"""Chapters with numbers that count nothing: seeds, versions, hashes."""
COUNTED = (
    "bars|blocks|candidates|coins|days|exit probabilities|fits|hours|losses|minutes|months|orders|"
    "outcomes|positions|refits|runs|sales|trades|values|windows|wins"
)
PATTERNS = {
    "no number": r"\b(nan|inf|None)\b|\d[eE]\+\d|[−-] \[[−-], [−-]\]",
    "negative duration": r"[-−]\d[\d.,]* (min|minutes|hours?|h|days?)\b",
    "plural of one": rf"(?<![\w.,:–−-])(?<![Pp]hase )(?<!of )1 (losing |partial )?({COUNTED})\b",
    "typed minus": r"(?<![\w.–-])-\d",
}
UNGROUPED = r"(?<![\w.:,#-])(?!20\d\d\b)\d{4,}\b(?![-:])"
SHARE = r"(?<![−\d.,])(\d[\d.,]*) %"


def find_impossible(printed: Mapping[str, str]) -> list[str]:
    """Chapter, fault and excerpt of everything that cannot be: folder to text of a chapter."""
    return [
        f"{folder}, {fault}: {text[max(0, at.start() - 60) : at.end() + 30]}"
        for folder, text in printed.items()
        for fault, at in _find(folder, text)
    ]


def _find(folder: str, text: str) -> Iterator[tuple[str, re.Match[str]]]:
    for fault, pattern in PATTERNS.items():
        yield from ((fault, at) for at in re.finditer(pattern, text))
    if folder not in NAMED_BY_NUMBER:
        yield from (("no separator", at) for at in re.finditer(UNGROUPED, text))
    if folder not in PROMISED:
        shares = re.finditer(SHARE, text)
        yield from (("share", at) for at in shares if float(at[1].replace(",", "")) > 100.0)
