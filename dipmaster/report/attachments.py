"""Files that the PDF carries: what was decided, on what settings, and every trade."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dipmaster.core import store


@dataclass(frozen=True)
class Attachment:
    """One file inside the PDF."""

    name: str
    description: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the content, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def attach_file(path: Path, description: str) -> Attachment:
    """Attach a file as it is, byte for byte, under its own name."""
    return Attachment(path.name, description, store.read_bytes(path))


def attach_trades(phase: int, trades: pd.DataFrame, out_of_sample_from: str) -> Attachment:
    """Attach the judged round trips of one phase as CSV; data/validate has those before.

    Parameters
    ----------
    trades
        Table TRADES. Times are written in UTC as ISO 8601, numbers with ten significant digits
        as in every JSON of the pipeline; a missing value is an empty cell.
    """
    judged = trades[trades["entry_time"] >= pd.Timestamp(out_of_sample_from)]
    text = judged.to_csv(
        index=False, float_format="%.10g", date_format="%Y-%m-%dT%H:%M:%SZ", lineterminator="\n"
    )
    description = f"All round trips of phase {phase} out of sample, as CSV"
    return Attachment(f"trades_phase_{phase}.csv", description, text.encode())
