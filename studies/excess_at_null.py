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

from dipmaster.core.parallel import map_in_processes
from dipmaster.core.params import Gates, Params
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics.random_entry.excess import compute_joint_half_width
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from studies.baseline_in_process import EvaluatedMarket, evaluate_baseline, evaluate_market
from studies.changed_params import read_all_params
from studies.paired_edges import SEEDS, MarketCase

NULL_SEEDS = (*SEEDS, *range(107, 119))


@dataclass(frozen=True)
class ExcessWinRate:
    """An excess win rate and its bounds."""

    value: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """In points, with the verdict against zero."""
        verdict = "PASS" if self.low >= 0.0 else "FAIL" if self.high < 0.0 else ""
        bounds = f"[{100 * self.low:+5.1f}, {100 * self.high:+5.1f}]"
        return f"{100 * self.value:+5.1f} {bounds} {verdict:4}"


def compute_excesses(case: MarketCase) -> tuple[ExcessWinRate, ExcessWinRate, ExcessWinRate]:
    """On the class alone, as the gate does, blocks together."""
    params = read_all_params()
    judged = evaluate_market(params, **case.dials)
    class_only = _match_on_class_only(judged, params)
    return (
        _excess_of_gate(class_only),
        _excess_of_gate(judged.evaluation),
        excess_of_joint_blocks(judged.evaluation, params.gates),
    )


def _match_on_class_only(judged: EvaluatedMarket, params: Params) -> PhaseEvaluation:
    level = np.ones_like(judged.covariates.recent_volatility)
    covariates = MatchingCovariates(judged.covariates.volatility_class, level)
    return evaluate_baseline(judged.ledger, judged.panel, covariates, judged.period, params)


def _excess_of_gate(evaluation: PhaseEvaluation) -> ExcessWinRate:
    row = next(row for row in evaluation.gates.rows if row.metric == "excess_win_rate")
    return _require_known(row.value, row.low, row.high)


def excess_of_joint_blocks(evaluation: PhaseEvaluation, gates: Gates) -> ExcessWinRate:
    """With the half-width of trades and pool as one cluster a block."""
    pool, value = evaluation.random_entry.pool, _excess_of_gate(evaluation).value
    half = compute_joint_half_width(evaluation.sample.only(pool.matched), pool, gates.alpha)
    return ExcessWinRate(value, value - half, value + half)


def _require_known(value: float | None, low: float | None, high: float | None) -> ExcessWinRate:
    if value is None or low is None or high is None:
        raise ValueError("expected a market with enough trades: give more days or coins")
    return ExcessWinRate(value, low, high)


def main() -> None:
    """Print all for every market, and their means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(NULL_SEEDS))
    parser.add_argument("--edges", type=float, nargs="+", default=[0.0, 0.8])
    parser.add_argument("--days", type=int)
    parser.add_argument("--coins", type=int)
    options = parser.parse_args()
    for edge in options.edges:
        cases = [MarketCase(seed, edge, options.days, options.coins) for seed in options.seeds]
        excesses = map_in_processes(compute_excesses, cases, f"edge {edge}")
        print(f"edge {edge}: excess win rate in points, matched on")
        print(f"  seed   {'class':8} {'class and recent volatility':27} blocks together")
        for case, (first, second, third) in zip(cases, excesses, strict=True):
            print(f"  {case.seed:<6} {100 * first.value:+5.1f}    {second.text:27} {third.text}")
        for matching, name in enumerate(("class", "gate", "blocks together")):
            values = [row[matching].value for row in excesses]
            passed = sum(row[matching].low >= 0.0 for row in excesses)
            print(
                f"  {name:18} mean {100 * np.mean(values):+5.2f}, standard deviation "
                f"{100 * np.std(values, ddof=1):4.2f}, {passed} of {len(excesses)} PASS"
            )


if __name__ == "__main__":
    main()
