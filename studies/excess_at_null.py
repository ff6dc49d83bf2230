"""Does the excess win rate see skill where there is none? Matching with and without volatility.

``python -m studies.excess_at_null [--seeds 1 2 3 ...] [--edges 0 0.8] [--days D] [--coins N]``

On a market without edge nothing can win more often than chance for a good
reason. Prints the excess win rate of phase 0 twice: with random entries matched
on symbol, hour and volatility class alone, and on recent volatility as well,
which is what the gate does.
"""

import argparse

import numpy as np

from dipmaster.parallel import in_processes
from dipmaster.validation.gates import GateRow
from dipmaster.validation.phase_0 import judge_phase_0
from dipmaster.validation.strata import Surroundings
from studies.in_process import all_params, judged_market
from studies.paired_edges import SEEDS, Case


def both_matchings(case: Case) -> tuple[GateRow, GateRow]:
    """Excess win rate matched on the class alone, and with recent volatility."""
    params = all_params()
    judged = judged_market(params, **case.dials)
    level = np.ones_like(judged.around.recent_volatility)
    alone = judge_phase_0(
        judged.panel,
        Surroundings(judged.around.volatility_class, level),
        judged.ledger,
        judged.period,
        params.execution,
        params.exits,
        params.gates,
    )
    rows = (alone.gates.rows, judged.evaluation.gates.rows)
    first, second = (
        next(row for row in found if row.metric == "excess_win_rate") for found in rows
    )
    return first, second


def told(row: GateRow) -> str:
    """Value, bounds and verdict of one row."""
    if row.value is None or row.low is None or row.high is None:
        return f"{'none':>8} {row.verdict}"
    bounds = f"[{100 * row.low:+5.1f}, {100 * row.high:+5.1f}]"
    return f"{100 * row.value:+5.1f} {bounds} {row.verdict:12} n {row.n:5}"


def main() -> None:
    """Print both for every market, and their means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--edges", type=float, nargs="+", default=[0.0, 0.8])
    parser.add_argument("--days", type=int)
    parser.add_argument("--coins", type=int)
    chosen = parser.parse_args()
    for edge in chosen.edges:
        cases = [Case(seed, edge, chosen.days, chosen.coins) for seed in chosen.seeds]
        found = in_processes(both_matchings, cases, f"edge {edge}")
        print(f"edge {edge}: excess win rate in points, matched on")
        print(f"  seed   {'class':46} class and recent volatility")
        for case, (first, second) in zip(cases, found, strict=True):
            print(f"  {case.seed:<6} {told(first):46} {told(second)}")
        means = [100 * np.mean([pair[i].value or 0.0 for pair in found]) for i in (0, 1)]
        print(f"  mean   {means[0]:+5.1f}{'':41} {means[1]:+5.1f}")


if __name__ == "__main__":
    main()
