"""Samples to estimates with intervals, and estimates to verdicts."""
