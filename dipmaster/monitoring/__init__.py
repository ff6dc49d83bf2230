"""Bars, candidates and accounts to the health of the running system, alerts and readiness.

Everything is a function of bars and trades closed by the time it is said of: the alerts up to a
bar are the same whatever comes after it. docs/monitoring.md has every rule.
"""

from dipmaster.monitoring.run import monitor

__all__ = ["monitor"]
