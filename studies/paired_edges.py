"""Phase 0 with and without a planted edge, on the same seeds.

``python -m studies.paired_edges [--seeds 1 2 3 ...] [--edges 0 0.8] [--days D] [--coins N]``

Two markets of one seed share innovations, jumps, volumes and spreads and
differ by the planted reversion alone, so their difference is far more certain
than either figure. Prints every seed's figures and the paired difference with
a two-sided 95 % t-interval over the seeds.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.parallel import map_in_processes
from dipmaster.learning.evaluation.clustered import t_critical
from studies.baseline_in_process import evaluate_market
from studies.changed_params import read_all_params

METRICS = ("win_rate", "profit_factor", "sharpe", "excess_win_rate")
SEEDS = (101, 102, 103, 104, 105, 106)  # of this study; the default market's is not among them
LEVEL = 0.025  # a side


@dataclass(frozen=True)
class MarketCase:
    """One market to evaluate."""

    seed: int
    edge: float
    days: int | None
    coins: int | None

    @property
    def dials(self) -> dict[str, float | int]:
        """What differs from params.yaml."""
        size = {"days": self.days, "coins": self.coins}
        return {
            "seed": self.seed,
            "edge": self.edge,
            **{name: value for name, value in size.items() if value is not None},
        }


def compute_figures(case: MarketCase) -> tuple[Floats, str]:
    """Values of `METRICS`, NaN where not computable, and the verdicts in the same order."""
    rows = {
        row.metric: row
        for row in evaluate_market(read_all_params(), **case.dials).evaluation.gates.rows
    }
    values = [rows[metric].value for metric in METRICS]
    verdicts = ", ".join(rows[metric].verdict for metric in METRICS)
    return np.array([np.nan if value is None else value for value in values]), verdicts


def paired_interval(differences: Floats) -> tuple[float, float, float]:
    """Mean and two-sided t-interval of one difference a seed; shape (seeds,), at least 2."""
    error = differences.std(ddof=1) / np.sqrt(differences.size)
    half = t_critical(differences.size - 1, LEVEL) * error
    mean = float(differences.mean())
    return mean, mean - float(half), mean + float(half)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--edges", type=float, nargs=2, default=[0.0, 0.8])
    parser.add_argument("--days", type=int)
    parser.add_argument("--coins", type=int)
    options = parser.parse_args()
    cases = [
        MarketCase(seed, edge, options.days, options.coins)
        for seed in options.seeds
        for edge in options.edges
    ]
    results = map_in_processes(compute_figures, cases, "markets")
    print("seed   edge   " + "  ".join(f"{metric:>15}" for metric in METRICS) + "   verdicts")
    for case, (values, verdicts) in zip(cases, results, strict=True):
        numbers = "  ".join(f"{value:15.4f}" for value in values)
        print(f"{case.seed:<6} {case.edge:<6} {numbers}   {verdicts}")
    _print_differences(np.array([values for values, _ in results]), options.edges)


def _print_differences(values: Floats, edges: list[float]) -> None:
    paired = values[1::2] - values[0::2]
    if len(paired) < 2:
        print("one seed: no interval")
        return
    print(f"\nedge {edges[1]} minus edge {edges[0]}, {len(paired)} seeds, 95 % t-interval")
    for metric, differences in zip(METRICS, paired.T, strict=True):
        mean, low, high = paired_interval(differences)
        statement = "excludes zero" if low > 0.0 or high < 0.0 else "does not exclude zero"
        print(f"  {metric:16} {mean:+.4f} [{low:+.4f}, {high:+.4f}]  {statement}")


if __name__ == "__main__":
    main()
