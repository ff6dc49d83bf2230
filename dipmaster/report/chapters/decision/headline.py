"""The verdict in words: what page one says before it shows a single table.

The words follow the gates and the verdicts that validate wrote; nothing is
judged here. Phase 0 is the strategy as it stands: it is shown against the
final targets and never counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers
from dipmaster.report.kit.abstention import abstention
from dipmaster.report.kit.comparison import contribution

LINES = 2  # more phases than these share a paragraph of page one
GONE_BEFORE_FRAC = 0.5  # of the capital: page one says so where less was left at the boundary
PHASES = (0, 1, 2, 3, 4)
MARKS = {"PASS": "●", "INCONCLUSIVE": "◐", "FAIL": "○"}
EXCESS = "excess_win_rate"
LONG_REASON = 100  # characters


@dataclass(frozen=True)
class Verdict:
    """Page one's coloured box: a headline, sentences under it, and a tone for its edge."""

    headline: str
    sentences: tuple[str, ...]
    tone: str


def verdict(inputs: Inputs) -> Verdict:
    """What page one says, for whatever phases are built."""
    unbuilt = [phase for phase in PHASES if phase not in inputs.built]
    later = _later_phases(inputs)
    if FINAL_PHASE in inputs.built:
        outcome = str(inputs.phase(FINAL_PHASE)["verdict"])
        headline = f"Final phase: {outcome}. {_came_of(inputs, FINAL_PHASE)}"
    else:
        outcome = "none"
        headline = f"No verdict yet: {_listed_phases(unbuilt)} not built."
    sentences = (
        *_withheld(inputs),
        *later,
        *_contribution(inputs),
        *_phase_0(inputs),
        *_latest(inputs),
    )
    return Verdict(headline, sentences, outcome.lower())


def _withheld(inputs: Inputs) -> tuple[str, ...]:
    checks = inputs.validate["checks"]
    broken = sum(not check["holds"] for check in checks)
    if not broken:
        return ()
    return (
        f"The ledger fails {broken} of its {len(checks)} checks: every verdict is withheld. The "
        "chapter on data quality names them.",
    )


def _contribution(inputs: Inputs) -> tuple[str, ...]:
    """What the last phase changed against the one before, on the same blocks."""
    return (contribution(inputs, inputs.latest),) if inputs.latest else ()


def _later_phases(inputs: Inputs) -> tuple[str, ...]:
    earlier = [phase for phase in inputs.built if 0 < phase < FINAL_PHASE]
    said = tuple(
        f"Phase {number}: {inputs.phase(number)['verdict']}. {_came_of(inputs, number)}"
        for number in earlier
    )
    return said if len(said) <= LINES else (" ".join(said),)


def _came_of(inputs: Inputs, number: int) -> str:
    measured = inputs.phase(number)
    return abstention(measured) or _counted(inputs.gates_of(number)) + _harm(measured)


def _harm(measured: Json) -> str:
    """What fails a phase beside its gates; its chapter has the numbers."""
    why = (measured.get("harm") or "").partition(":")[0]
    return f" It fails because {numbers.typeset(why)}." if why else ""


def _counted(gates: Mapping[str, Json]) -> str:
    shown = [gates[name] for name in numbers.MATRIX_METRICS if name in gates]
    tally = {word: sum(gate["verdict"] == word for gate in gates.values()) for word in MARKS}
    beside = " and the excess win rate" if EXCESS in gates else ""
    if shown and tally["PASS"] == len(gates):
        return f"All {len(shown)} targets{beside} are met at the near end of their intervals."
    said = [
        f"{tally['FAIL']} missed" if tally["FAIL"] else "",
        f"{tally['INCONCLUSIVE']} undecided" if tally["INCONCLUSIVE"] else "",
        f"{tally['PASS']} met" if tally["PASS"] else "",
    ]
    return f"Of {len(shown)} targets{beside}: {', '.join(part for part in said if part)}."


def _phase_0(inputs: Inputs) -> tuple[str, ...]:
    if not inputs.phase(0)["counts"]["trades"]:
        none = "Phase 0, for information: no trade was made, so nothing can be measured."
        return (none, *_lost_before(inputs), *_refused(inputs.phase(0)["counts"]["skipped"]))
    return ("Phase 0, for information only: " + _against_final(inputs.gates_of(0)),)


def _latest(inputs: Inputs) -> tuple[str, ...]:
    """Profit, ruin and luck of the last phase that traded."""
    number = inputs.spoken_of
    gates, measured = inputs.gates_of(number), inputs.phase(number)
    if not measured["counts"]["trades"]:
        return ()
    profit = _profit(f"Phase {number}", measured)
    return (*profit, *_lost_before(inputs), *_caveats(gates, measured))


def _lost_before(inputs: Inputs) -> tuple[str, ...]:
    """An account that was gone before the gated period must not read as one that lost nothing."""
    start = inputs.phase(inputs.spoken_of)["money"]["equity_at_start"]
    capital = inputs.params.execution.capital
    if start is None or start >= GONE_BEFORE_FRAC * capital:
        return ()
    lost = numbers.percent(1.0 - start / capital)
    return (f"The account had already lost {lost} in the burn-in, before anything is gated.",)


def _refused(skipped: Json) -> tuple[str, ...]:
    """Orders that were sent and not filled, by reason."""
    reasons = [
        f"{name.replace('_', ' ')} {numbers.count(skipped[name])}"
        for name in sorted(skipped)
        if skipped[name]
    ]
    return (f"Orders refused in the whole period: {', '.join(reasons)}.",) if reasons else ()


def _against_final(gates: Mapping[str, Json]) -> str:
    groups: dict[str, list[str]] = {word: [] for word in MARKS}
    for name in numbers.MATRIX_METRICS:
        if name in gates:
            groups[gates[name]["verdict"]].append(_in_sentence(name))
    total = sum(len(group) for group in groups.values())
    said = [
        f"{verb} {_of_all(groups[word], total)}"
        for word, verb in (("FAIL", "misses"), ("PASS", "meets"), ("INCONCLUSIVE", "leaves open"))
        if groups[word]
    ]
    return "; ".join(said) + "."


def _of_all(some: Sequence[str], total: int) -> str:
    if len(some) == total:
        return f"all {total} final targets"
    return f"{len(some)} of {total} final targets ({', '.join(some)})"


def _in_sentence(name: str) -> str:
    text = numbers.name_of(name)
    return text if name == "sharpe" else text.lower()


def _profit(name: str, measured: Json) -> tuple[str, ...]:
    """The sentence that no win rate can hide: what a trade brought, cost and left."""
    trade, money = measured["per_trade"], measured["money"]
    if trade["mean_net_bps"] is None or money["net_pnl"] is None:
        return ()
    wins = measured["counts"]["trades"] - measured["counts"]["losing_trades"]
    outcome = _outcome(money["net_pnl"])
    return (
        f"{name} won {numbers.count(wins)} of {numbers.count(measured['counts']['trades'])} trades "
        f"and {outcome}: a trade brought {numbers.bps(trade['mean_gross_bps'])} before costs, "
        f"paid {numbers.bps(trade['mean_cost_bps'], signed=False)} and left "
        f"{numbers.bps(trade['mean_net_bps'])}.",
    )


def _outcome(net_pnl: float) -> str:
    if net_pnl == 0:
        return "neither made nor lost money"
    return "made money" if net_pnl > 0 else "lost money"


def _caveats(gates: Mapping[str, Json], measured: Json) -> tuple[str, ...]:
    said = []
    if is_ruined(measured):
        said.append("The account was ruined: equity fell to nothing and trading stopped.")
    excess = gates.get(EXCESS)
    if excess and excess["value"] is not None:
        said.append(_excess(excess))
    return tuple(said)


def is_ruined(measured: Json) -> bool:
    """Whether equity fell below the smallest order, so that trading stopped for good."""
    end = measured["money"]["equity_at_end"]
    return bool(measured["counts"]["skipped"].get("ruined")) or (end is not None and end <= 0)


def _excess(gate: Json) -> str:
    """The gate's own verdict: with too few trades an interval above 0 shows nothing."""
    found = numbers.estimate(gate, EXCESS)
    if gate["verdict"] == "PASS":
        return f"It wins more often than random entries with the same exits: {found}."
    if gate["verdict"] == "FAIL":
        return f"It wins less often than random entries with the same exits: {found}."
    said = f"Not shown to win more often than random entries with the same exits: {found}"
    return f"{said}{_briefly(gate['reason'] or '')}."


def _briefly(reason: str) -> str:
    """The first part of a reason; page one has no room for a long one."""
    first = reason.partition(";")[0]
    if len(first) > LONG_REASON:
        return "; the achievement matrix says why"
    return f"; {numbers.typeset(first)}" if first else ""


def _listed_phases(phases: Sequence[int]) -> str:
    if len(phases) == 1:
        return f"phase {phases[0]} is"
    if len(phases) > 2 and list(phases) == list(range(phases[0], phases[-1] + 1)):
        return f"phases {phases[0]} to {phases[-1]} are"
    return f"phases {' and '.join(str(phase) for phase in phases)} are"
