"""Does the excess win rate see skill where there is none? Matching with and without volatility.

``python -m studies.excess_at_null [--seeds 1 2 3 ...] [--edges 0 0.8] [--days D] [--coins N]``

On a market without edge nothing can win more often than chance for a good
reason. Prints the excess win rate of phase 0 with random entries matched on
symbol, hour and volatility class alone; on recent volatility as well, which is
what the gate does; and so matched with the narrower interval that takes the
calendar blocks of trades and random entries together.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from dipmaster.core.parallel import in_processes
from dipmaster.core.params import Gates, Params
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics.random_entry.excess import compute_joint_half_width
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from studies.in_process import Judged, all_params, judge_baseline, judged_market
from studies.paired_edges import SEEDS, Case

NULL_SEEDS = (*SEEDS, *range(107, 119))


@dataclass(frozen=True)
class Excess:
    """An excess win rate and its bounds."""

    value: float
    low: float
    high: float

    @property
    def told(self) -> str:
        """In points, with what it says of zero."""
        verdict = "PASS" if self.low >= 0.0 else "FAIL" if self.high < 0.0 else ""
        bounds = f"[{100 * self.low:+5.1f}, {100 * self.high:+5.1f}]"
        return f"{100 * self.value:+5.1f} {bounds} {verdict:4}"


def three_ways(case: Case) -> tuple[Excess, Excess, Excess]:
    """On the class alone, as the gate does, blocks together."""
    params = all_params()
    judged = judged_market(params, **case.dials)
    alone = _on_the_class_alone(judged, params)
    return (
        _of_gate(alone),
        _of_gate(judged.evaluation),
        blocks_together(judged.evaluation, params.gates),
    )


def _on_the_class_alone(judged: Judged, params: Params) -> PhaseEvaluation:
    level = np.ones_like(judged.covariates.recent_volatility)
    covariates = MatchingCovariates(judged.covariates.volatility_class, level)
    return judge_baseline(judged.ledger, judged.panel, covariates, judged.period, params)


def _of_gate(evaluation: PhaseEvaluation) -> Excess:
    row = next(row for row in evaluation.gates.rows if row.metric == "excess_win_rate")
    return _known(row.value, row.low, row.high)


def blocks_together(evaluation: PhaseEvaluation, gates: Gates) -> Excess:
    """With the half-width of trades and pool as one cluster a block."""
    pool, value = evaluation.random_entry.pool, _of_gate(evaluation).value
    half = compute_joint_half_width(evaluation.sample.only(pool.matched), pool, gates.alpha)
    return Excess(value, value - half, value + half)


def _known(value: float | None, low: float | None, high: float | None) -> Excess:
    if value is None or low is None or high is None:
        raise ValueError("expected a market with enough trades: give more days or coins")
    return Excess(value, low, high)


def main() -> None:
    """Print all for every market, and their means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(NULL_SEEDS))
    parser.add_argument("--edges", type=float, nargs="+", default=[0.0, 0.8])
    parser.add_argument("--days", type=int)
    parser.add_argument("--coins", type=int)
    chosen = parser.parse_args()
    for edge in chosen.edges:
        cases = [Case(seed, edge, chosen.days, chosen.coins) for seed in chosen.seeds]
        found = in_processes(three_ways, cases, f"edge {edge}")
        print(f"edge {edge}: excess win rate in points, matched on")
        print(f"  seed   {'class':8} {'class and recent volatility':27} blocks together")
        for case, (first, second, third) in zip(cases, found, strict=True):
            print(f"  {case.seed:<6} {100 * first.value:+5.1f}    {second.told:27} {third.told}")
        for way, name in enumerate(("class", "gate", "blocks together")):
            values = [row[way].value for row in found]
            passed = sum(row[way].low >= 0.0 for row in found)
            print(
                f"  {name:18} mean {100 * np.mean(values):+5.2f}, standard deviation "
                f"{100 * np.std(values, ddof=1):4.2f}, {passed} of {len(found)} PASS"
            )


if __name__ == "__main__":
    main()
