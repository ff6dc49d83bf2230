"""A replay of the whole market to `benchmarks/parity.json`, which stage `monitor` judges by.

The record is written on request alone (`--record`): it is a committed file, and a replay that
somebody starts to look at the market must not change what the report says. It has neither a clock
nor a machine in it: the same code on the same bars writes the same bytes.
"""

from collections.abc import Mapping
from pathlib import Path

from dipmaster.core import catalog, store
from dipmaster.core.code_digest import digest_code
from dipmaster.core.errors import data_error
from dipmaster.core.panel import format_time
from dipmaster.core.time_units import BAR_MS
from dipmaster.monitoring.records import STREAM
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.market import Market
from dipmaster.results.monitoring.committed import FirstDifference, ParityRecord, ParityResults
from dipmaster.results.serialisation import read_result, write_result
from dipmaster.results.trials import TrialIdentity
from dipmaster.streaming.difference import ParityDifference
from dipmaster.streaming.market import MarketFacts
from dipmaster.trials import identify_trial, read_alternative
from dipmaster.trials.identity import SECTIONS


class ParityRecorder:
    """Writes what a replay from the first bar to the last was compared with.

    Raises
    ------
    DataError
        Where the tables on disk are not those of the data, code and params on disk.
    """

    def __init__(self, facts: MarketFacts, phases: tuple[int, ...]) -> None:
        self._facts, self._phases = facts, phases
        self._trial, self._stream = identify_batch(), digest_code(STREAM)

    def write(
        self,
        last_ms: int,
        compared: Mapping[str, int],
        difference: ParityDifference | None,
        path: Path = catalog.PARITY,
    ) -> str:
        """Write the record; say so in a line.

        Parameters
        ----------
        last_ms
            Open time of the last bar that was compared.
        compared
            Table to values compared.
        """
        results = ParityResults(
            bars=(last_ms - self._facts.first_ms) // BAR_MS + 1,
            coins=len(self._facts.symbols),
            refits=count_refits(),
            phases=self._phases,
            first_open_time=format_time(self._facts.first_ms),
            last_open_time=format_time(last_ms),
            values=sum(compared.values()),
            compared=dict(compared),
            differences=int(difference is not None),
        )
        first = None if difference is None else describe_difference(difference)
        record = ParityRecord(
            trial=self._trial, stream=self._stream, results=results, difference=first
        )
        write_result(record.seal(), path)
        return f"parity: written to {path}; `dvc repro` puts it into the report"


def identify_batch() -> TrialIdentity:
    """The evaluation whose tables are on disk.

    Raises
    ------
    DataError
        Where data, code or params have changed since.
    """
    params, market = store.read_params(*SECTIONS), read_result(catalog.MARKET, Market)
    panel = catalog.read_panel(market.fallback_half_spread_bps)
    current = identify_trial(panel, read_alternative(), params)
    batch = read_result(catalog.VALIDATE_METRICS, ValidationResults).trial
    differing = ("identity",) if batch is None else current.list_differing(batch)
    if differing:
        raise data_error(
            str(catalog.VALIDATE_METRICS),
            "the evaluation of this data, code and params",
            f"one with other {', '.join(differing)}",
            "run `dvc repro`, then record",
        )
    return current


def count_refits() -> int:
    """Dates at which the models behind the scores were fitted."""
    fitted = store.read_table(catalog.SCORES, columns=["models_fitted"])["models_fitted"]
    return int(fitted.nunique())


def describe_difference(difference: ParityDifference) -> FirstDifference:
    """A difference as it is recorded."""
    return FirstDifference(
        table=difference.table,
        open_time=format_time(difference.time_ms),
        symbol=difference.symbol,
        column=difference.column,
        stream=repr(difference.stream),
        batch=repr(difference.batch),
    )


def require_whole(
    *, feed: str | None, check: bool, bars: int | None, snapshot: Path | None
) -> None:
    """Refuse to record what is not the whole market, compared.

    Raises
    ------
    DataError
        Naming the options in the way.
    """
    found = {
        "--feed": feed is not None,
        "--no-check": not check,
        "--bars": bars is not None,
        "--snapshot with a file that is there": snapshot is not None and snapshot.is_file(),
    }
    named = [name for name, is_given in found.items() if is_given]
    if named:
        raise data_error(
            "--record",
            "a replay of the stored bars from the first to the last, compared with the stages",
            ", ".join(named),
            "leave that out: evidence for a part would be taken for the whole",
        )
