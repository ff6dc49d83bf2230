"""What is phase 4 credited, and what is the final verdict? Many markets, one record each.

``python -m studies.phase_4 FAMILY --seeds 801 820 [--folder FOLDER]``

Seeds are a first and a last. A run that was stopped goes on where it was; a change of code or
params starts anew. Families: *default*, params.yaml as it is, evidence also published later;
*no-information*, d' 0 in every channel, credit alone; *edge-0*, traded where phase 4 admits a
candidate; *edge-0.6*.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studies.phase_4.market import Phase4Case, Trade, compute_record
from studies.phase_4.tables import render_credit, render_delays, render_phases
from studies.resumable import compute_records, hash_code

CHANNELS = ("order_book", "on_chain", "sentiment")
DELAYS_MINUTES = (60, 180, 720)
FAMILIES: Mapping[str, tuple[dict[str, Any], Trade, tuple[int, ...]]] = {
    "default": ({}, "always", DELAYS_MINUTES),
    "no-information": (
        {f"ingest.simulated.informativeness.{name}": 0.0 for name in CHANNELS},
        "never",
        (),
    ),
    "edge-0": ({"ingest.simulated.edge": 0.0}, "where admitted", ()),
    "edge-0.6": ({"ingest.simulated.edge": 0.6}, "always", ()),
}


def build_cases(family: str, first: int, last: int) -> dict[str, Phase4Case]:
    """Cases of a family by name."""
    changes, trade, delays = FAMILIES[family]
    return {
        f"{family}-{seed}": Phase4Case(seed, changes, trade, delays)
        for seed in range(first, last + 1)
    }


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("family", choices=list(FAMILIES))
    parser.add_argument("--seeds", type=int, nargs=2, required=True, metavar=("FIRST", "LAST"))
    parser.add_argument("--folder", type=Path, default=Path("build/phase_4"))
    return parser.parse_args()


def main() -> None:
    """Compute what is missing, and print the tables of all."""
    options = parse_options()
    cases = build_cases(options.family, *options.seeds)
    records = list(compute_records(compute_record, cases, options.folder / hash_code()).values())
    print(f"{options.family}, {len(records)} markets\n\n{render_credit(records)}")
    if any(record["phases"] for record in records):
        print(f"\n{render_phases(records)}")
    if any(len(record["delays"]) > 1 for record in records):
        print(f"\n{render_delays(records)}")


if __name__ == "__main__":
    main()
