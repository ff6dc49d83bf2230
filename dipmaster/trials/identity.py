"""Bars, alternative data, code and params to the identity of an evaluation."""

import hashlib
import json

import numpy as np
import pandas as pd

from dipmaster.core import catalog, store
from dipmaster.core.code_digest import digest_code
from dipmaster.core.panel import Panel
from dipmaster.core.params import Params
from dipmaster.core.params.digest import STRATEGY_SECTIONS
from dipmaster.core.tables import EVIDENCE_INPUTS
from dipmaster.results.trials import TrialIdentity
from dipmaster.trials.code import DECIDES

SECTIONS = tuple(name for name in STRATEGY_SECTIONS if name != "ingest")
"""Sections of params.yaml that decide or judge; what `ingest` says shows in the data."""


def identify_trial(panel: Panel, alternative: pd.DataFrame, params: Params) -> TrialIdentity:
    """Digest what an evaluation hangs on.

    Parameters
    ----------
    alternative
        Table EVIDENCE_INPUTS.
    params
        With all of `SECTIONS` declared whole.
    """
    values = params.values()
    text = json.dumps({name: values[name] for name in SECTIONS}, sort_keys=True)
    return TrialIdentity(
        data=digest_panel(panel),
        alternative=digest_frame(alternative),
        code=digest_code(DECIDES),
        params=hashlib.sha256(text.encode()).hexdigest(),
    )


def read_alternative() -> pd.DataFrame:
    """What phase 4 knows of each candidate; no column where its stage has not run."""
    if not catalog.ALTERNATIVE.exists():
        return pd.DataFrame()
    return store.read_table(catalog.EVIDENCE_INPUTS, EVIDENCE_INPUTS)


def digest_panel(panel: Panel) -> str:
    """SHA-256 of names, times, prices, volumes, half-spreads and funding, bit for bit."""
    digest = hashlib.sha256("\0".join(panel.symbols).encode())
    fields = (panel.open_time, panel.open, panel.high, panel.low, panel.close, panel.volume,
              panel.half_spread_bps, panel.funding_frac)  # fmt: skip
    for values in fields:
        digest.update(b"none" if values is None else np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def digest_frame(frame: pd.DataFrame) -> str:
    """SHA-256 of the names and values of a table's columns."""
    digest = hashlib.sha256()
    for name in frame.columns:
        values = frame[name].to_numpy()
        texts = values.dtype.kind in "OU"
        content = "\0".join(map(str, values)).encode() if texts else values.tobytes()
        digest.update(f"{name}\0".encode() + content)
    return digest.hexdigest()
