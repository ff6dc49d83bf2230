"""What the exits of phase 2 do to entries: every candidate, and one rule switched at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers
from dipmaster.report.kit.comparison import KINDS, MARKS, PLAIN, Row, estimate_of, in_sentence

CHANGED = ("win_rate", "profit_factor", "mean_net_bps")
LEVELS = {"win_rate": "percent", "profit_factor": "ratio", "mean_net_bps": "bps"}
RULES = {
    "dynamic_target": "Dynamic target",
    "trailing": "Trailing stop",
    "full_exit": "Full exit (models)",
    "partial_exit": "Partial exit (models)",
    "models": "Both model exits",
    "boundary": "Boundary exit",
}
EFFECT = {
    "BETTER": "The exits of phase 2 leave more of a trade than those of phase 1.",
    "WORSE": "The exits of phase 2 make trades worse: they leave less than those of phase 1.",
    "NOT SHOWN": "It is not shown that the exits of phase 2 change what a trade leaves.",
}
MODELS = {
    "HELPS": "The exit models help",
    "HURTS": "The exit models make things worse",
    "NOT SHOWN": "It is not shown that the exit models help or hurt",
}
EFFECTS = {"HELPS": "●", "HURTS": "○", "NOT SHOWN": "◐"}


def every_candidate(inputs: Inputs) -> Json:
    """validate.json's two exits on every candidate out of sample, each traded alone."""
    found: Json = inputs.validate["exits"]["every_candidate"]
    return found


def rows(inputs: Inputs) -> list[Row]:
    """Win rate, profit factor and mean net under both exits, with the paired change."""
    found = every_candidate(inputs)
    return [_row(found, key) for key in CHANGED]


def _row(found: Json, key: str) -> Row:
    kind = next(kind for kind in KINDS if kind.key == key)
    change = found["change"][key]
    drawn = estimate_of(kind, change)
    return Row(
        kind=kind,
        before=numbers.estimate(found["before"][key], LEVELS[key]),
        after=numbers.estimate(found["after"][key], LEVELS[key]),
        change=numbers.metric(kind.kind, drawn["value"]),
        bounds=numbers.interval(kind.kind, drawn["low"], drawn["high"]),
        mark=MARKS[change["verdict"]],
        verdict=change["verdict"],
        reason=change["reason"] or "",
        found=drawn,
    )


def gross(inputs: Inputs) -> tuple[str, str]:
    """Mean gross of a trade under both exits: what price gave before costs."""
    found = every_candidate(inputs)
    before, after = (found[when]["mean_gross_bps"] for when in ("before", "after"))
    return numbers.estimate(before, "bps"), numbers.estimate(after, "bps")


def effect(inputs: Inputs) -> str:
    """The exits' own effect, by the verdicts on every candidate."""
    found = every_candidate(inputs)
    if not found["n"]:
        return "There was no candidate out of sample."
    told = {verdict: _named(found, verdict) for verdict in EFFECT}
    said = [verdict for verdict, names in told.items() if names]
    if len(said) == 1:
        return EFFECT[said[0]]
    parts = "; ".join(f"{verdict.lower()}: {told[verdict]}" for verdict in said)
    return f"Under the exits of phase 2, {parts}."


def _named(found: Json, verdict: str) -> str:
    """The figures with a verdict."""
    return ", ".join(
        in_sentence(kind)
        for kind in KINDS
        if kind.key in CHANGED and found["change"][kind.key]["verdict"] == verdict
    )


def effect_words(inputs: Inputs) -> str:
    """What changed, with intervals and verdicts."""
    found = every_candidate(inputs)
    if not found["n"]:
        return ""
    said = "; ".join(_told(row) for row in rows(inputs))
    return f"Over {numbers.count(found['n'])} candidates: {said}."


def _told(row: Row) -> str:
    bounds = "" if row.bounds == numbers.MISSING else f" ({row.bounds})"
    return f"{in_sentence(row.kind)} {row.change}{bounds}, {row.verdict.lower()}"


@dataclass(frozen=True)
class Variant:
    """Phase 2 with one rule switched the other way, on one set of entries.

    Attributes
    ----------
    effect
        validate's word on the rule itself, not on the variant.
    """

    name: str
    rule: str
    short: str
    state: str
    n: str
    win_rate: str
    mean_net: str
    change: str
    bounds: str
    mark: str
    effect: str
    reason: str
    found: Json


def variants(inputs: Inputs, of: str) -> list[Variant]:
    """A row a rule, in validate's order; `of` is "all" candidates or those "traded"."""
    return [_variant(row, row[of]) for row in inputs.validate["exits"]["leave_one_out"]]


def _variant(row: Json, figures: Json) -> Variant:
    change = figures["change_mean_net_bps"]
    short = RULES.get(row["rule"], row["rule"].replace("_", " ").capitalize())
    return Variant(
        name=f"{short}: {row['state']}",
        rule=row["rule"],
        short=short,
        state=row["state"],
        n=numbers.count(figures["n"]),
        win_rate=numbers.percent(figures["win_rate"]),
        mean_net=numbers.bps(figures["mean_net_bps"]),
        change=numbers.bps(change["value"]),
        bounds=numbers.interval("bps", change["low"], change["high"]),
        mark=EFFECTS[figures["effect"]],
        effect=figures["effect"],
        reason=change["reason"] or "",
        found=change,
    )


def models_words(inputs: Inputs) -> str:
    """Whether the models help, by validate's word; nothing where there is no such variant."""
    found = [row for row in variants(inputs, "all") if row.rule == "models"]
    if not found:
        return ""
    row = found[0]
    if row.found["value"] is None:
        return f"What the exit models are worth cannot be computed: {row.reason or 'no candidate'}."
    if decides_nothing(row):
        return f"With the exit models {row.state} nothing changes: they decide no trade."
    bounds = "" if row.bounds == numbers.MISSING else f" ({row.bounds})"
    return (
        f"{MODELS[row.effect]}: with them {row.state} the mean net of a candidate changes by "
        f"{row.change}{bounds}."
    )


def decides_nothing(row: Variant) -> bool:
    """Whether every trade is the same with the rule switched."""
    return row.found["value"] is not None and not any(
        row.found[key] for key in ("value", "low", "high")
    )


def switched_words(inputs: Inputs) -> str:
    """Which rules help, which hurt, over every candidate."""
    found = [row for row in variants(inputs, "all") if row.found["value"] is not None]
    idle = [row for row in found if decides_nothing(row)]
    groups = [
        (words, [row for row in found if row.effect == effect and row not in idle])
        for effect, words in (("HELPS", "help"), ("HURTS", "hurt"), ("NOT SHOWN", "not shown"))
    ]
    said = [f"{words}: {_listed(rows)}" for words, rows in [*groups, ("no effect", idle)] if rows]
    return f"Over every candidate: {'; '.join(said)}." if said else ""


def alone_words(inputs: Inputs) -> str:
    """How the rules are judged: every one by itself, however many there are."""
    rules = numbers.count(len(inputs.validate["exits"]["leave_one_out"]))
    level = numbers.percent(1.0 - inputs.params.gates.alpha)
    return (
        f"The table judges {rules} rules, each alone with bounds at {level}; nothing is corrected "
        f"for looking at {rules}."
    )


def _listed(rows: Sequence[Variant]) -> str:
    return ", ".join(row.short[:1].lower() + row.short[1:] for row in rows)


_UNDER = re.compile(r"^insufficient under [^:]*:")  # which of two ways out: it is in the row


def reasons(switched: Sequence[tuple[str, Sequence[Variant]]]) -> list[str]:
    """Why a rule's effect is not shown, each reason once with the entries it holds for."""
    found: dict[str, list[str]] = {}
    for words, rows in switched:
        for row in rows:
            if row.effect == "NOT SHOWN" and row.reason not in ("", PLAIN):
                found.setdefault(_UNDER.sub("insufficient:", row.reason), []).append(words)
    return [f"{', '.join(dict.fromkeys(sets))}: {reason}." for reason, sets in found.items()]
