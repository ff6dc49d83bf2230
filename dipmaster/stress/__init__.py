"""How the account fared when the bars were re-made."""

from dipmaster.stress.run import run_stress_tests

__all__ = ["run_stress_tests"]
