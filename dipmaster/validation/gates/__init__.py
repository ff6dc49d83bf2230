"""Samples to estimates with bounds, and estimates to verdicts: one rule for every gate."""
