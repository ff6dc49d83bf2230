"""Studies: questions about the simulator and the statistics, answered in process, without DVC.

Each prints a table that the docs quote; run one with ``python -m studies.<name>``.
"""

import dipmaster  # noqa: F401 -- pins native code, before a study loads numpy
