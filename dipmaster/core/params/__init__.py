"""params.yaml to frozen models: every fault reported at once, with path, value and allowed range.

`ParamsFile` is the whole file, `Params` the sections of it that a stage named.
"""

from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.params.confidence import Confidence, Confirmation, Filter
from dipmaster.core.params.declared_sections import Params
from dipmaster.core.params.evaluation import Benchmark, Gates, Report, Split
from dipmaster.core.params.exits import AdaptiveExits, Exits
from dipmaster.core.params.market import Ingest
from dipmaster.core.params.monitoring import Monitoring
from dipmaster.core.params.outcomes import Outcomes
from dipmaster.core.params.params_file import ParamsFile
from dipmaster.core.params.sensitivity import Sensitivity
from dipmaster.core.params.sizing import Sizing
from dipmaster.core.params.strategy import Execution, Features, Signal
from dipmaster.core.params.stress import Stress
from dipmaster.core.params.volatility import Volatility

__all__ = [
    "AdaptiveExits",
    "AlternativeData",
    "Benchmark",
    "Confidence",
    "Confirmation",
    "Execution",
    "Exits",
    "Features",
    "Filter",
    "Gates",
    "Ingest",
    "Monitoring",
    "Outcomes",
    "Params",
    "ParamsFile",
    "Report",
    "Sensitivity",
    "Signal",
    "Sizing",
    "Split",
    "Stress",
    "Volatility",
]
