"""An evaluation to its line of the registry, and the registry to a count.

Every look at the same data makes it more likely that something looks good by luck. So each
different evaluation leaves a line in ``reports/trials/<digest of the bars>.jsonl``, which is in
git and never shortened; docs/decisions/evaluation-registry.md has the reasons. Only what was
recorded counts: looks from before the registry, or whose line was not committed, are not in it.
"""

from dipmaster.trials.identity import identify_trial, read_alternative
from dipmaster.trials.outcomes import build_outcome
from dipmaster.trials.registry import count_trials, open_registry, register

__all__ = [
    "build_outcome",
    "count_trials",
    "identify_trial",
    "open_registry",
    "read_alternative",
    "register",
]
