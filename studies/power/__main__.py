"""What could phase 1 find, and what does it find? Markets of known edge, scored in three ways.

``python -m studies.power --seeds 301 302 [--edges 0.8 0.6 0] [--markets] [--exits]
[--reps N] [--out FILE]``

Markets of params.yaml with other seeds, every figure from the out-of-sample start on. A row
a table: *oracle*, trees that also know the simulator's truth; *pooled*, the product's inputs
learned on the other seeds' markets; *product*, the pipeline as it is. All three go through the
project's filter, engine and gates. Behind each table the calibration of the product's
confidence by regime, and with `--exits` what the exit models cost.
"""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from dipmaster.core.parallel import map_in_processes, map_in_threads
from dipmaster.core.store import write_json
from studies.power.market import PowerCase, score_case, score_pooled
from studies.power.summary import RegimeCalibration, measure_calibration
from studies.power.tables import (
    PowerResult,
    build_record,
    render_calibration,
    render_exit_models,
    render_markets,
    render_summary,
)

EDGES = (0.8, 0.6, 0.0)
REPS = 200  # of every bootstrap and draw; params.yaml has 500 to 2,000


def run_edge(cases: Sequence[PowerCase]) -> tuple[list[PowerResult], list[RegimeCalibration]]:
    """All markets of one edge: first each alone, then each by what the others teach.

    The second step runs in threads: its markets are in this process already, and its trees and
    kernels run free of the interpreter's lock.
    """
    markets = map_in_processes(score_case, cases, "markets")
    rows = {market.case.seed: market.rows for market in markets}
    pooled = map_in_threads(partial(score_pooled, rows=rows), markets, "pooled bounds")
    results = [
        PowerResult(
            market.case,
            {"oracle": market.oracle, "pooled": bound, "product": market.product},
            market.exit_models,
        )
        for market, bound in zip(markets, pooled, strict=True)
    ]
    return results, measure_calibration([market.scored for market in markets])


def print_edge(
    results: Sequence[PowerResult], calibration: Sequence[RegimeCalibration], by_market: bool
) -> None:
    """Print the tables of one edge."""
    case = results[0].case
    print(f"\nEdge {case.edge:g}, {len(results)} markets (standard errors over markets)\n")
    if by_market:
        print(f"{render_markets(results)}\n")
    print(f"{render_summary(results)}\n\nConfidence of the product by regime\n")
    print(render_calibration(calibration))
    if case.exits:
        print(f"\nExit models, every candidate followed alone\n\n{render_exit_models(results)}")


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", required=True, help="two or more")
    parser.add_argument("--edges", type=float, nargs="+", default=list(EDGES))
    parser.add_argument("--markets", action="store_true", help="a line a market as well")
    parser.add_argument("--exits", action="store_true", help="measure the exit models as well")
    parser.add_argument("--reps", type=int, default=REPS, help="of every bootstrap and draw")
    parser.add_argument("--out", type=Path, help="JSON file for all numbers")
    options = parser.parse_args()
    if len(set(options.seeds)) < max(2, len(options.seeds)):
        parser.error("--seeds: expected two or more different seeds")
    return options


def main() -> None:
    """Print the tables, edge after edge, and write the numbers."""
    options = parse_options()
    print(
        f"{options.reps} replications of every bootstrap and draw: bounds are rougher than a run's"
    )
    records = []
    for edge in options.edges:
        cases = [PowerCase(seed, edge, options.reps, options.exits) for seed in options.seeds]
        results, calibration = run_edge(cases)
        print_edge(results, calibration, options.markets)
        records.append(build_record(edge, results, calibration))
    if options.out:
        content = {"seeds": options.seeds, "reps": options.reps, "edges": records}
        write_json(content, options.out)


if __name__ == "__main__":
    main()
