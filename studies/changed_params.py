"""params.yaml with some values changed, and the bars of the market it then simulates."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dipmaster.core.errors import PipelineError
from dipmaster.core.params import Params, ParamsFile
from dipmaster.core.store import PARAMS_FILE, read_params, read_yaml
from dipmaster.market.simulator import simulate_market

SECTIONS = tuple(name for name in ParamsFile.model_fields if name != "report")


def read_all_params() -> Params:
    """params.yaml with every section that the chain needs."""
    return read_params(*SECTIONS)


def override_params(changes: Mapping[str, Any]) -> Params:
    """The same with some values changed, by path as in ``dvc exp run -S``."""
    values = read_yaml(PARAMS_FILE)
    for path, value in changes.items():
        *sections, name = path.split(".")
        section_values = values
        for section in sections:
            section_values = section_values[section]
        if name not in section_values:
            raise PipelineError(f"params.yaml has no {path}")
        section_values[name] = value
    return Params.parse(values, SECTIONS)


def simulate_bars(params: Params, **dials: float | int) -> Mapping[str, pd.DataFrame]:
    """Bars of the market of params.yaml with some dials changed."""
    return simulate_market(params.ingest.simulated.model_copy(update=dials)).bars
