"""Which code decides: what an evaluation hangs on beside data and params."""

DECIDES = (
    "altdata",
    "backtest",
    "confidence",
    "evaluation/context.py",
    "evaluation/phase.py",
    "evaluation/phases",
    "evaluation/run.py",
    "evaluation/standalone.py",
    "exits",
    "features",
    "learning",
    "signal_filter",
    "sizing",
    "volatility",
)
"""What turns bars into trades, below the package; each is a dep of `validate` in dvc.yaml."""
