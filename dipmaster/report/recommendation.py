"""Results to a recommendation for each phase, in words: page one and the command line share it."""

from dataclasses import dataclass
from typing import Literal

from dipmaster.core.params import Gates
from dipmaster.report.kit import numbers
from dipmaster.report.kit.phases import name_addition
from dipmaster.results import GateRow, GateRows, ValidationResults
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.metrics import METRICS, SHARPE

Action = Literal["adopt", "reject", "keep collecting", "no decision", "reference"]

FEW_DAYS = 90  # up to so many a time is told in days, beyond in years
MANY_YEARS = 100.0


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """What to do about a phase.

    Attributes
    ----------
    action
        In one word; "reference" for phase 0, which never counts.
    text
        What follows the phase's name, without a full stop: "keep collecting, about 23 days to
        100 trades".
    """

    phase: int
    action: Action
    text: str

    @property
    def sentence(self) -> str:
        """With the phase's name."""
        return f"Phase {self.phase}: {self.text}."


@dataclass(frozen=True)
class _Judged:
    """A phase as it was judged."""

    phase: int
    figures: PhaseFigures
    gates: GateRows
    results: ValidationResults
    required: Gates


def recommend(
    results: ValidationResults, gates: GateRows, required: Gates
) -> tuple[Recommendation, ...]:
    """Recommend for every phase built, in order.

    Verdicts, intervals and times to a decision are those of the files: nothing is estimated.

    Parameters
    ----------
    results, gates
        validate.json and gates.json of one run.
    required
        Section `gates` of the params: the minimum data of a verdict.
    """
    return tuple(
        _recommend(
            _Judged(
                phase,
                results.phases[str(phase)],
                tuple(gate for gate in gates if gate.phase == phase),
                results,
                required,
            )
        )
        for phase in results.built_phases
    )


def _recommend(judged: _Judged) -> Recommendation:
    """The first that applies."""
    failed = _failed_checks(judged)
    if failed:
        return _action(judged, "no decision", f"no decision, {failed} fail")
    if not judged.phase:
        return _action(judged, "reference", _describe_reference(judged))
    harm = _describe_harm(judged)
    if harm:
        return _action(judged, "reject", harm)
    if not judged.figures.counts.trades:
        return _action(judged, "no decision", "no decision, no trade was made out of sample")
    if judged.figures.verdict == "FAIL":
        return _action(judged, "reject", f"reject, misses {_names(judged, 'FAIL')}")
    if judged.figures.verdict == "PASS":
        return _action(judged, "adopt", f"adopt, all {len(judged.gates)} gates pass")
    return _action(judged, "keep collecting", _describe_waiting(judged))


def _action(judged: _Judged, action: Action, text: str) -> Recommendation:
    return Recommendation(phase=judged.phase, action=action, text=text)


def _failed_checks(judged: _Judged) -> str:
    checks = [one for one in judged.results.integrity_checks if one.phase == judged.phase]
    failed = sum(not one.passed for one in checks)
    return f"{failed} of {len(checks)} integrity checks" if failed else ""


def _describe_reference(judged: _Judged) -> str:
    """Phase 0, which is compared with the final targets for information."""
    trades, net = judged.figures.counts.trades, judged.figures.per_trade.mean_net_bps
    if not trades or net is None:
        return "reference only, no trade was made out of sample"
    factor = next(gate for gate in judged.gates if gate.metric == "profit_factor")
    if factor.high is not None and factor.high < 1.0:
        lost = numbers.bps(abs(net), signed=False)
        return f"do not trade unfiltered, it loses {lost} per trade over {trades:,} trades"
    return f"reference only, net return {numbers.bps(net)} per trade over {trades:,} trades"


def _describe_harm(judged: _Judged) -> str:
    """What the phase adds and costs money over all candidates; empty where that is not shown."""
    override = judged.figures.degradation
    if override:
        change, what = override.change_mean_net_bps, name_addition(judged.phase)
        return _reduces(what, numbers.estimate(change, "bps"), change.n)
    exits = judged.results.exits
    if (
        judged.phase != 2
        or exits is None
        or exits.standalone.change.mean_net_bps.verdict != "worse"
    ):
        return ""
    change_of_exits = numbers.estimate(exits.standalone.change.mean_net_bps, "bps")
    return _reduces("adaptive exits", change_of_exits, exits.standalone.n)


def _reduces(what: str, change: str, n: int) -> str:
    return (
        f"reject the {what}, they change net return by {change} per candidate over {n:,} candidates"
    )


def _names(judged: _Judged, verdict: str) -> str:
    names = [_name(gate) for gate in judged.gates if gate.verdict == verdict]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _name(gate: GateRow) -> str:
    title = METRICS[gate.metric].title
    return title if gate.metric == SHARPE.key else title[:1].lower() + title[1:]


def _describe_waiting(judged: _Judged) -> str:
    """How long until there is enough data, or until a decision is as likely as not."""
    if judged.figures.verdict == "INSUFFICIENT DATA":
        aim = (
            f"to {lacking}" if (lacking := _lacking(judged)) else "until intervals can be computed"
        )
    else:
        aim = f"until a decision on {_names(judged, 'INCONCLUSIVE')} has 50{numbers.NBSP}% power"
    days = judged.figures.days_needed
    if days is None:
        return f"keep collecting, time {aim} not computable"
    return f"keep collecting, {describe_time(days)} {aim}"


def _lacking(judged: _Judged) -> str:
    """The minimum data that the phase does not have."""
    counts, required = judged.figures.counts, judged.required
    rows = (
        (counts.trades, required.min_trades, "trades"),
        (counts.losing_trades, required.min_losing_trades, "losing trades"),
        (counts.blocks_with_trades, required.blocks_needed, "blocks with trades"),
    )
    return " and ".join(f"{least} {what}" for count, least, what in rows if count < least)


def describe_time(days: int) -> str:
    """A time to come, rounded as far as such an extrapolation carries: about 23 days."""
    years = days / 365.25
    if years > MANY_YEARS:
        return f"more than {MANY_YEARS:.0f} years"
    if days > FEW_DAYS:
        return f"about {years:.1f} years"
    return f"about {days} day{'' if days == 1 else 's'}"
