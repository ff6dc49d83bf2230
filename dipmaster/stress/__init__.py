"""Completed phases and re-made bars to how the account fares in a crash, an outage, a delisting.

A shock is put into the bars of a window and the engine runs again on them with the orders,
sizes and exit scores of the untouched run: no profit or loss is ever scaled.
"""

from dipmaster.stress.run import run_stress_tests

__all__ = ["run_stress_tests"]
