"""Results to a recommendation for each phase, in words: page one and the command line share it."""

from dataclasses import dataclass
from typing import Literal

from dipmaster.core.params import Gates
from dipmaster.report.kit import numbers
from dipmaster.report.kit.numbers import Estimated
from dipmaster.report.time_to_decision import describe_time, find_longest
from dipmaster.results.common import Interval, Verdict
from dipmaster.results.evaluation.exits import ExitResults
from dipmaster.results.evaluation.phase import PhaseDescription, PhaseFigures
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRows
from dipmaster.results.metrics import METRICS

Action = Literal["adopt", "reject", "keep collecting", "no decision", "reference"]


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """What to do about a phase.

    Attributes
    ----------
    action
        In one word; "reference" for phase 0, which never counts.
    text
        What follows the phase's name, without a full stop: "keep collecting, not decided: 96
        of 100 trades; the minimum takes about 23 more days at this rate".
    default
        What stays in use as long as the phase is not adopted: "the exits of phase 1 remain the
        default"; empty for a phase to adopt and for one that replaces nothing. Wherever the
        report says it, it says this.
    """

    phase: int
    action: Action
    text: str
    default: str = ""

    @property
    def sentence(self) -> str:
        """With the phase's name."""
        return f"Phase {self.phase}: {self.text}."

    @property
    def meanwhile(self) -> str:
        """What applies until it is decided, as a sentence; empty where it is decided."""
        if not self.default or self.action == "reject":
            return ""
        return f"Until phase {self.phase} is decided, {self.default}."


@dataclass(frozen=True)
class _Judged:
    """A phase as it was judged."""

    phase: int
    figures: PhaseFigures
    gates: GateRows
    results: ValidationResults
    required: Gates

    @property
    def description(self) -> PhaseDescription:
        """What it is called."""
        return self.results.registered[str(self.phase)]


def recommend(
    results: ValidationResults, gates: GateRows, required: Gates
) -> tuple[Recommendation, ...]:
    """Recommend for every phase built, in order.

    Verdicts and intervals are those of the files; times extrapolate the rate of the period.

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
        return _action(judged, "reject", f"reject, {_describe_failure(judged)}")
    if judged.figures.verdict == "PASS":
        return _action(judged, "adopt", f"adopt, all {len(judged.gates)} gates pass")
    return _action(judged, "keep collecting", _describe_waiting(judged))


def _action(judged: _Judged, action: Action, text: str) -> Recommendation:
    default = "" if action in ("adopt", "reference") else _describe_default(judged)
    return Recommendation(phase=judged.phase, action=action, text=text, default=default)


def _describe_default(judged: _Judged) -> str:
    """What stays in use without the phase, where it replaces something."""
    replaces = judged.description.replaces
    return f"the {replaces} of phase {judged.phase - 1} remain the default" if replaces else ""


def _failed_checks(judged: _Judged) -> str:
    checks = [one for one in judged.results.integrity_checks if one.phase == judged.phase]
    failed = sum(not one.passed for one in checks)
    return f"{failed} of {len(checks)} integrity checks" if failed else ""


def _describe_reference(judged: _Judged) -> str:
    """Phase 0, which is compared with the final targets for information."""
    trades, net = judged.figures.counts.trades, judged.figures.per_trade.mean_net_bps
    if not trades or net is None:
        return "reference only, no trade was made out of sample"
    of = f"{numbers.count(trades)} trade{'' if trades == 1 else 's'}"
    factor = next(gate for gate in judged.gates if gate.metric == "profit_factor")
    if factor.high is not None and factor.high < 1.0:
        lost = numbers.bps(abs(net), signed=False)
        return f"do not trade unfiltered, it loses {lost} per trade over {of}"
    return f"reference only, net return {numbers.bps(net)} per trade over {of}"


def _describe_failure(judged: _Judged) -> str:
    missed = _names(judged, "FAIL")
    return f"misses {missed}" if missed else judged.figures.verdict_reason


def _describe_harm(judged: _Judged) -> str:
    """What the phase adds and costs money over all candidates; empty where that is not shown."""
    override = judged.figures.degradation
    if override:
        change = override.change_mean_net_bps
        return _reduces(judged.description.addition, change, change.n)
    exits = judged.results.results_of(judged.phase)
    if not isinstance(exits, ExitResults):
        return ""
    standalone = exits.standalone
    if standalone.change.mean_net_bps.verdict != "worse":
        return ""
    return _reduces(judged.description.title, standalone.change.mean_net_bps, standalone.n)


def _reduces(what: str, change: Estimated, n: int) -> str:
    """The loss, so that all of its numbers are positive where the whole interval is a loss."""
    loss = Interval(_minus(change.value), _minus(change.high), _minus(change.low))
    shown = numbers.estimate(loss, "cost")
    return (
        f"reject the {what}, they reduce net return by {shown} per candidate over {n:,} candidates"
    )


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _names(judged: _Judged, verdict: Verdict) -> str:
    """Gates with a verdict, in a list within a sentence; empty where there is none."""
    names = [METRICS[gate.metric].name for gate in judged.gates if gate.verdict == verdict]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _describe_waiting(judged: _Judged) -> str:
    """What is missing, and what the longest wait can bring."""
    found = [_describe_shortage(judged)]
    longest = find_longest(judged.gates)
    if longest and longest.days > _days_to_minimum(judged):
        found.append(longest.describe())
    elif longest is None and not judged.figures.days_needed:
        found.append("time to a decision not computable")
    return f"keep collecting, {'; '.join(found)}"


def _describe_shortage(judged: _Judged) -> str:
    """Counts below their minimum and the time until they reach it, or the gates that are open."""
    if judged.figures.verdict != "INSUFFICIENT DATA":
        return f"not decided: {_names(judged, 'INCONCLUSIVE') or 'the verdict of the phase'}"
    lacking, days = _lacking(judged) or "less than the minimum data", _days_to_minimum(judged)
    rate = f"; the minimum takes {describe_time(days, more=True)} at this rate" if days else ""
    return f"not decided: {lacking}{rate}"


def _days_to_minimum(judged: _Judged) -> int:
    """0 where the phase has the minimum data, or the time is not computable."""
    short = judged.figures.verdict == "INSUFFICIENT DATA"
    return (judged.figures.days_needed or 0) if short else 0


def _lacking(judged: _Judged) -> str:
    """The minimum data that the phase does not have."""
    counts, required = judged.figures.counts, judged.required
    rows = (
        (counts.trades, required.min_trades, "trades"),
        (counts.losing_trades, required.min_losing_trades, "losing trades"),
        (counts.blocks_with_trades, required.blocks_needed, "blocks with trades"),
    )
    return " and ".join(
        f"{count} of {least} {what}" for count, least, what in rows if count < least
    )
