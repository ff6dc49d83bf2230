"""On how many markets does each phase pass? Records of a study to the file in the library.

``python -m studies.phase_verdicts FOLDER --commit HASH --seeds 3001 3020 [--params FILE]``

FOLDER holds the records of ``python -m studies.phase_4 default`` as `default-SEED.json`; what is
not there yet is left out and said. The report shows the shares, with bounds computed when it is
made.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dipmaster.core.errors import PipelineError
from dipmaster.core.params import Params
from dipmaster.core.params.digest import STRATEGY_SECTIONS, digest_sections
from dipmaster.core.store import PARAMS_FILE, read_json, read_yaml
from dipmaster.outcomes.success import FILE
from dipmaster.results.outcomes import SeedVerdicts, VerdictStudy
from dipmaster.results.serialisation import write_result

FAMILY = "default"


def collect_verdicts(folder: Path, seeds: Sequence[int]) -> dict[str, SeedVerdicts]:
    """Verdicts of the seeds that have a record, by seed as text."""
    files = {seed: folder / f"{FAMILY}-{seed}.json" for seed in seeds}
    return {
        str(seed): extract_verdicts(read_json(file))
        for seed, file in files.items()
        if file.exists()
    }


def extract_verdicts(record: Mapping[str, Any]) -> SeedVerdicts:
    """Verdict of every phase and overall, of one record."""
    phases = {number: one["verdict"] for number, one in record["phases"].items()}
    return SeedVerdicts(phases=phases, overall=record["overall"])


def build_study(
    verdicts: Mapping[str, SeedVerdicts], commit: str, seeds: tuple[int, int], params: Params
) -> VerdictStudy:
    """The file's content: verdicts, and what made them."""
    first, last = seeds
    return VerdictStudy(
        command=f"python -m studies.phase_4 {FAMILY} --seeds {first} {last}",
        commit=commit,
        params=digest_sections(params),
        seeds=verdicts,
    )


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commit", required=True, help="of the code that made the records")
    parser.add_argument("--seeds", type=int, nargs=2, required=True, metavar=("FIRST", "LAST"))
    parser.add_argument("--params", type=Path, default=PARAMS_FILE, help="that the study ran with")
    return parser.parse_args()


def main() -> None:
    """Write the file of all records that are there."""
    options = parse_options()
    first, last = options.seeds
    verdicts = collect_verdicts(options.folder, range(first, last + 1))
    if not verdicts:
        raise PipelineError(
            f"{options.folder}: expected records {FAMILY}-{first}.json to {FAMILY}-{last}.json, "
            f"found none.\n  Fix: run python -m studies.phase_4 {FAMILY} --seeds {first} {last}."
        )
    params = Params.parse(read_yaml(options.params), STRATEGY_SECTIONS)
    write_result(build_study(verdicts, options.commit, (first, last), params), FILE)
    print(f"{FILE.name}: {len(verdicts)} of {last - first + 1} markets", file=sys.stderr)


if __name__ == "__main__":
    main()
