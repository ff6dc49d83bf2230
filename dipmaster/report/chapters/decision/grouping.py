"""Recommendations to the sentences of page one: what phases share is printed once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from dipmaster.report.recommendation import Recommendation

PART = "; "


@dataclass(frozen=True)
class Decided:
    """What is recommended for one phase, or for several alike.

    Attributes
    ----------
    headline
        In bold: "Phases 1 and 2: keep collecting, not decided: 78 of 100 trades".
    sentences
        What follows it: what they share, then what differs, each with its phase.
    """

    headline: str
    sentences: tuple[str, ...] = ()


def group(recommendations: Iterable[Recommendation]) -> list[Decided]:
    """Phases with the same first part of a recommendation together, in order of the first."""
    alike: dict[str, list[Recommendation]] = {}
    for one in recommendations:
        alike.setdefault(one.text.split(PART)[0], []).append(one)
    return [_decide(head, phases) for head, phases in alike.items()]


def _decide(head: str, alike: Sequence[Recommendation]) -> Decided:
    rests = [one.text.split(PART)[1:] for one in alike]
    same = takewhile(lambda parts: len(set(parts)) == 1, zip(*rests, strict=False))
    shared = [parts[0] for parts in same]
    own = [_own(one, rest[len(shared) :]) for one, rest in zip(alike, rests, strict=True)]
    said = tuple(words for words in (_end(shared), *own) if words)
    return Decided(f"{_name(alike)}: {head}{PART.strip() if shared else '.'}", said)


def _name(alike: Sequence[Recommendation]) -> str:
    *before, last = [str(one.phase) for one in alike]
    return f"Phases {', '.join(before)} and {last}" if before else f"Phase {last}"


def _own(one: Recommendation, rest: Sequence[str]) -> str:
    """What is said of one phase alone."""
    named = f"Phase {one.phase}: {_end(rest)}" if rest else ""
    return " ".join(part for part in (named, one.meanwhile) if part)


def _end(parts: Sequence[str]) -> str:
    return f"{PART.join(parts)}." if parts else ""
