"""What the three analysers have in common: inputs by name to columns of table EVIDENCE."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dipmaster.altdata.asof import ChannelInput
from dipmaster.core.kernels import Floats


class Analyzer(Protocol):
    """Metrics of 0..1 and their composite; nothing is looked up, nothing is kept."""

    @property
    def inputs(self) -> tuple[ChannelInput, ...]:
        """What `analyze` is to be given."""

    def analyze(
        self, values: Mapping[str, Floats]
    ) -> Mapping[str, Floats | npt.NDArray[np.object_]]:
        """Score candidates.

        Parameters
        ----------
        values
            Name of each of `inputs` to shape (candidates,), NaN where unknown. All of it has
            to be known at the close of the candidate's bar: join it with `collect_inputs`.

        Returns
        -------
        Columns of table EVIDENCE to shape (candidates,).
        """
