"""Rows with a time and a label to predictions made before the label could be known.

schedule (when to refit) -> walk_forward (train on what was known, predict until the
next refit), one walk a level: base models, the stack on them, the last calibrator.
logistic, calibrators: what a level fits. uniqueness: how much a row weighs in a fit.
judging: how good the predictions were, with intervals from calendar blocks.

Nothing here knows candidates, positions or params: rows are numbers 0 .. n - 1, and
whoever owns them hands in `fit` and `predict`.
"""
