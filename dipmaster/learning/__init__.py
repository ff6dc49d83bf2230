"""Rows with a time and a label to predictions made before the label could be known.

schedule (which rows a fit may learn from, when, with what weight) -> walk_forward (train on
what was known, predict until the next refit), one walk a model layer: models, and what
combines or calibrates them. cross_fitting: the rows of a refit in runs of time, each left out
of one model, so that the layer above learns from predictions out of sample. refits: what a
walk leaves. logistic, calibrators, tree_models: what a layer fits.
sampling, uniqueness: which rows a fit takes, and their weights. evaluation, importance: how
good the predictions were, with intervals from calendar blocks. model_store: models to files.

Nothing here knows candidates or positions: rows are numbers 0 .. n - 1, and whoever owns
them hands in inputs, targets and fits. Confidence and exits are built on it.
"""
