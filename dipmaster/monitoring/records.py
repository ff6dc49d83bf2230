"""What was measured once and committed, and whether it is of the run that is judged.

A replay of the whole market takes minutes of a processor, too long for a stage. So the stage
reads what `dipmaster replay --record` wrote, and believes it for the same data, alternative data,
code, params and code of the stream alone.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from dipmaster.core import catalog, store
from dipmaster.core.code_digest import digest_code
from dipmaster.core.errors import DataError, data_error
from dipmaster.results.monitoring.committed import Latency, ParityRecord, ParityResults
from dipmaster.results.serialisation import from_json
from dipmaster.results.trials import IdentityPart, TrialIdentity

STREAM = ("streaming", "volatility/stream")
"""Code of the stream, below the package; what it shares with the batch is in the trial's digest."""

RECORD_PARITY = "dipmaster replay --record"
Record = TypeVar("Record")


@dataclass(frozen=True)
class Records:
    """What the stage quotes.

    Attributes
    ----------
    latency
        None where nobody has measured.
    parity
        None where the stream was not compared with this very batch.
    mismatch
        What the comparison on record does not share with it; empty without a record.
    """

    latency: Latency | None = None
    parity: ParityResults | None = None
    mismatch: tuple[IdentityPart, ...] = ()


NOTHING_RECORDED = Records()


def read_records(trial: TrialIdentity | None) -> Records:
    """Latency, and parity as far as it is of one evaluation and of the stream as it is now.

    Parameters
    ----------
    trial
        None where validate.json does not name the evaluation: nothing is known of it then.

    Raises
    ------
    DataError
        Where a file has another form, was edited, or the stream decides otherwise than the batch.
    """
    parity = read_parity()
    if parity is None or trial is None:
        return Records(read_latency())
    mismatch = match_parity(parity, trial, digest_code(STREAM))
    return Records(read_latency(), None if mismatch else parity.results, mismatch)


def match_parity(
    record: ParityRecord, trial: TrialIdentity, stream: str
) -> tuple[IdentityPart, ...]:
    """What a record does not share with a run; empty where it is of that run.

    Parameters
    ----------
    stream
        Digest of the code of the stream.

    Raises
    ------
    DataError
        Where it is of that run and has a difference.
    """
    mismatch = record.trial.list_differing(trial)
    if record.stream != stream:
        mismatch = (*mismatch, "code of the stream")
    if not mismatch and record.difference is not None:
        raise data_error(
            str(catalog.PARITY),
            "the stream to decide on this data, code and params as the batch did",
            f"another value: {record.difference}",
            f"mend whichever of the two is wrong, run `dvc repro validate`, then `{RECORD_PARITY}`",
        )
    return mismatch


def read_latency() -> Latency | None:
    """As `dipmaster replay --measure` wrote it; None where nobody has measured.

    Raises
    ------
    DataError
        Where the file has another form.
    """
    return _read(catalog.LATENCY, Latency, "dipmaster replay --measure", "not measured")


def read_parity() -> ParityRecord | None:
    """As `dipmaster replay --record` wrote it; None where nobody has compared.

    Raises
    ------
    DataError
        Where the file has another form or was edited.
    """
    record = _read(catalog.PARITY, ParityRecord, RECORD_PARITY, "not compared")
    if record is not None and not record.is_whole:
        raise _refuse(
            catalog.PARITY, RECORD_PARITY, "values that its digest is not of", "not compared"
        )
    return record


def _read(path: Path, kind: type[Record], command: str, otherwise: str) -> Record | None:
    if not path.is_file():
        return None
    value = store.read_json(path)
    try:
        return from_json(kind, value)
    except DataError as error:
        raise _refuse(path, command, f"{value!r:.80}", otherwise) from error


def _refuse(path: Path, command: str, found: str, otherwise: str) -> DataError:
    fix = f"run `{command}` again, or remove the file: it then counts as {otherwise}"
    return data_error(str(path), f"what `{command}` writes", found, fix)
