"""Words that the report does not print, each with a sentence that has them and what to write."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path


@dataclass(frozen=True)
class Refused:
    """One odd wording.

    Attributes
    ----------
    pattern
        Regular expression, whatever the case.
    example
        A text in which it must be found.
    write
        What an analyst writes instead; it may not be refused itself.
    """

    pattern: str
    example: str
    write: str


REFUSED = (
    Refused(r"speaks? of", "nothing here speaks of real markets", "does not apply to"),
    Refused(r"put in on purpose|planted", "a planted edge", "known, built-in edge"),
    Refused(r"undecided", "5 undecided", "5 gates inconclusive"),
    Refused(r"trades worse", "make trades worse", "reduce net return by 0.9 bp per trade"),
    Refused(r"as many trades", "as many trades", "same number of trades"),
    Refused(r"(?-i:NOT SHOWN)|had not shown", "verdict NOT SHOWN", "not significant"),
    Refused(r"insufficient: ", "insufficient: 75 of 100 trades", "sample too small (75)"),
    Refused(r"a trade (brought|brings)", "a trade brought 4 bp", "average per trade: gross"),
    Refused(r"left of a trade|what is left", "Left of a trade", "Gross to net per trade"),
    Refused(r"\b(near|far) end\b", "the far end misses it", "the confidence bound misses it"),
    Refused(r"resampled histor", "resampled histories", "bootstrap paths"),
    Refused(r"\bheld against\b", "is held against the target", "is compared with the target"),
    Refused(r"\b(near target|far stop)", "a near target", "a tight target and a wide stop"),
    Refused(r"are worth", "what they are worth", "effective sample size"),
    Refused(r"as likely as not", "a verdict is as likely as not", "sample size for 50 % power"),
    Refused(r"can(not)? be told", "it cannot be told", "not computable"),
    Refused(r"\bupright\b|\bstrokes?\b", "Upright stroke: the stop", "vertical line"),
    Refused(r"as it stands", "the strategy as it stands", "baseline strategy"),
    Refused(r"\bweather\b", "share the market’s weather", "correlated market moves"),
    Refused(r"\bin short\b", "In short", "Summary"),
    Refused(r"at the start of it", "Equity at the start of it", "Opening equity"),
    Refused(r"\bnet a trade\b", "Mean net a trade", "Mean net return per trade"),
    Refused(r"\bon paper\b", "burn-in, on paper", "simulated"),
    Refused(r"deepest fall", "Deepest fall from a peak", "Maximum drawdown"),
    Refused(r"starts anew", "The peak starts anew", "The high-water mark resets"),
    Refused(r"where the money goes", "Where the money goes", "P&L, gross to net"),
    Refused(r"how trades end|left a (gain|loss)", "left a gain in all", "net profit in total"),
    Refused(r"chance alone", "chance alone would do as well", "under no entry skill"),
    Refused(r"\bowed to\b", "is owed to the exits", "is attributable to the exits"),
    Refused(r"how long trades last|one in ten", "one in ten is longer", "90th percentile"),
    Refused(r"how sure|\bsure(ly|r)\b", "is not surely within", "is not contained in"),
    Refused(r"what it changed", "What it changed", "Change versus previous phase"),
    Refused(r"burn-in too", "Left, burn-in too", "Remaining, including burn-in"),
    Refused(r"the others win", "The others win", "Win rate if not met"),
    Refused(r"says something where", "A sign says something where", "is informative if"),
    Refused(r"\basked\b", "asked", "applied"),
    Refused(r"what happens|\bsaid\b|\btold\b", "What confidence says and what happens; said",
            "predicted probability"),
    Refused(r"too easy", "thresholds are too easy", "thresholds too lenient"),
    Refused(r"names the coin|\brightly\b", "names the regime rightly", "classifies correctly"),
    Refused(r"not yet to earn", "to know is not yet to earn", "does not imply profit"),
    Refused(r"share what they know|look idle", "each alone can look idle", "may be understated"),
    Refused(r"never let below", "never let below 0", "constrained to be non-negative"),
    Refused(r"were spared|\bluck\b|\blucky\b", "luck taken off", "adjusted for sampling noise"),
    Refused(r"\bways? out\b", "Only the other ways out differ", "exit type"),
    Refused(r"\bheads?\b(?!ing)", "three heads", "exit models"),
    Refused(r"whatever its gates say", "whatever its gates say", "override"),
    Refused(r"followed alone|traded alone", "followed alone", "simulated individually"),
    Refused(r"one rule switched at a time", "One rule switched at a time", "Ablation"),
    Refused(r"\b(helps|hurts)\b", "HELPS", "beneficial"),
    Refused(r"corrected for looking", "corrected for looking at 6", "no correction (6 tests)"),
    Refused(r"leaving early", "leaving early does not look", "early exits are not flattered"),
    Refused(r"acting pays|comes? true", "Comes true", "base rate"),
    Refused(r"\bcommonest\b", "the commonest regime", "majority class"),
    Refused(r"promise|(?-i:\bKEPT\b)", "Promised and measured, KEPT", "Claims versus results"),
    Refused(r"cannot stand|our reading|where it acts", "Our reading", "Interpretation"),
    Refused(r"for people|was read\b", "Left blank for people", "Approval"),
    Refused(r"\bfrozen\b", "the frozen trade of phase 0", "baseline trade"),
    Refused(r"\b(schooling|lessons?|diary|ladder|climb(s|ed)?)\b", "the lesson", "training sample"),
    Refused(r"\b(room|floors?|roof|doors?)\b", "room in the account", "core package"),
    Refused(r"\bthinned\b", "thinned by rule", "subsampled"),
    Refused(r"\bfired\b", "Which rules fired", "exit counts"),
    Refused(r"\bcure\b", "Cure: run it again", "Fix: run it again"),
    Refused(r"best and worst moment", "Best and worst moment", "Maximum excursion"),
    Refused(r"\bLeast\b(?! )|least data", "Least data", "Minimum data"),
    Refused(r"\bproofs?\b|\bplumbing\b", "the plumbing works", "the pipeline works"),
    Refused(r"\bhindrance\b|\boutlay\b|\bsureness\b", "hindrance", "rejection reason"),
    Refused(r"\bnone of 0\b", "none of 0 positions", "there was no position"),
    # Not two ticks of a chart before the name of its axis, as in "0 1 candidates".
    Refused(r"(?<!phase )(?<!\d )(?<![\d.,−-])"
            r"\b1 (fits|times|trades|candidates|days|bars|changes|drops)\b", "1 fits", "1 fit"),
)  # fmt: skip


def find_refused(text: str) -> list[str]:
    """Each odd wording of a text with the words around it."""
    return [
        f"…{text[max(0, found.start() - 40) : found.end() + 40]}…: write {one.write!r}"
        for one in REFUSED
        for found in re.finditer(one.pattern, text, re.IGNORECASE)
    ]


def text_of_template(source: str) -> str:
    """What a template prints of its own: no comments, tags and names, but texts in expressions."""
    without = re.sub(r"{#.*?#}", " ", source, flags=re.DOTALL)

    def texts(found: re.Match[str]) -> str:
        return " ".join(f" {text} " for text in re.findall(r'"([^"]*)"', found[0]))

    printed = re.sub(r"{{.*?}}|{%.*?%}", texts, without, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", printed)).split())


BLOCKS = r"</?(?:br|div|fig\w*|h\d|li|p|section|svg|t[dhr]|title)\b[^>]*>"


def text_of_page(page: str) -> str:
    """What a page prints, and the alternative texts of its charts; a bar between its parts."""
    body = re.sub(r"<(style|script)\b.*?</\1>|<wbr>", "", page, flags=re.DOTALL)
    parts = re.sub(r"<[^>]*>", "", re.sub(BLOCKS, " | ", body))
    return " ".join(unescape(parts).split())


def texts_of_module(path: Path) -> Iterator[str]:
    """String literals of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value
