"""From candidates to trades: steps, checks and thresholds as rows."""

import itertools
from dataclasses import dataclass

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

STEPS = {
    "candidates": "Candidates",
    "scored": "With a score",
    "threshold": "Reach the threshold",
    "checks": "Pass the checks",
    "volatility": "Below the volatility limit",
    "confirmation": "Confirmed",
    "traded": "Traded",
}
CHECKS = {
    "volume": "Volume spike",
    "rsi": "RSI in its range",
    "news": "No news impact",
    "liquidity": "Liquidity adequate",
}


@dataclass(frozen=True)
class Step:
    """What is left after a step, out of sample, and how often it wins."""

    name: str
    on: bool
    left: int
    left_words: str
    share: float | None
    low: float | None
    high: float | None
    precision: str
    bounds: str
    mean_net: str
    whole: str
    alone: str


@dataclass(frozen=True)
class Check:
    """One of the additional checks."""

    name: str
    status: str
    passes: str
    why: str


@dataclass(frozen=True)
class Threshold:
    """One regime: what is demanded, how many reach it, how often those bought won."""

    regime: str
    threshold: str
    candidates: str
    scored: str
    reached: str
    admitted: str
    mean_p: str
    win_rate: str


def steps(inputs: Inputs) -> list[Step]:
    """The funnel out of sample, with the counts of the whole run beside it."""
    found = inputs.validate["funnel"]
    whole = {row["step"]: row for row in found["whole"]}
    alone = {row["step"]: row for row in found["alone"]}
    return [
        _step(row, whole[row["step"]], alone.get(row["step"])) for row in found["out_of_sample"]
    ]


def _step(row: Json, whole: Json, alone: Json | None) -> Step:
    name = STEPS.get(row["step"], row["step"].replace("_", " ").capitalize())
    return Step(
        name=name if row["on"] else f"{name} (off)",
        on=bool(row["on"]),
        left=int(row["left"]),
        left_words=numbers.count(row["left"]),
        share=row["precision"],
        low=row["low"],
        high=row["high"],
        precision=numbers.percent(row["precision"]),
        bounds=numbers.interval("percent", row["low"], row["high"]),
        mean_net=numbers.bps(row["mean_net_bps"]),
        whole=numbers.count(whole["left"]),
        alone=_alone(alone),
    )


def _alone(row: Json | None) -> str:
    """What the step would do if it were the only one."""
    if row is None:
        return ""
    return (
        f"{numbers.count(row['passes'])}; {numbers.percent(row['precision'])} win; "
        f"{numbers.percent(row['recall'])} of the winners"
    )


def largest_step(inputs: Inputs) -> str:
    """Which step takes most candidates away, in a sentence."""
    found = inputs.validate["funnel"]["out_of_sample"]
    taken = [
        (before["left"] - after["left"], after["step"])
        for before, after in itertools.pairwise(found)
    ]
    most, step = max(taken, default=(0, ""), key=lambda pair: pair[0])
    if not most:
        return "No step takes a candidate away." if found[0]["left"] else "There was no candidate."
    return (
        f"Most candidates end at “{STEPS.get(step, step).lower()}”: {numbers.count(most)} of "
        f"{numbers.count(found[0]['left'])}."
    )


def checks(inputs: Inputs) -> list[Check]:
    """The four additional checks: which of them ask anything."""
    return [_check(row) for row in inputs.validate["funnel"]["checks"]]


def _check(row: Json) -> Check:
    status = "asked"
    if not row["applicable"]:
        status = "not applicable"
    elif row["implied"]:
        status = "implied by the rule"
    passes = f"{numbers.count(row['passes'])} of {numbers.count(row['of'])}"
    return Check(
        name=CHECKS.get(row["check"], row["check"].replace("_", " ").capitalize()),
        status=status,
        passes=passes if row["applicable"] else numbers.MISSING,
        why=row["why"] or "",
    )


def signs(inputs: Inputs) -> list[tuple[str, ...]]:
    """What confirmation looks at, each sign alone: frame, sign, passes, win rates, recall."""
    return [
        (
            f"{_FRAMES.get(row['frame'], row['frame'])}: {row['sign'].replace('_', ' ')}",
            f"{numbers.count(row['passes'])} of {numbers.count(row['of'])}",
            numbers.percent(row["precision"]),
            numbers.percent(row["precision_of_rest"]),
            numbers.percent(row["recall"]),
        )
        for row in inputs.validate["funnel"]["signs"]
    ]


_FRAMES = {"5m": "5 minutes", "15m": "15 minutes", "1h": "1 hour"}


def thresholds(inputs: Inputs) -> list[Threshold]:
    """By regime: mean p of what was admitted beside how often it won."""
    return [
        Threshold(
            regime=row["regime"].replace("_", " "),
            threshold=numbers.ratio(row["threshold"]),
            candidates=numbers.count(row["candidates"]),
            scored=numbers.count(row["scored"]),
            reached=numbers.count(row["reached"]),
            admitted=numbers.count(row["admitted"]),
            mean_p=numbers.percent(row["mean_p"]),
            win_rate=numbers.percent(row["win_rate"]),
        )
        for row in inputs.validate["funnel"]["by_regime"]
    ]
