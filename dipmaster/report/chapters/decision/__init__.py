"""Verdicts, key figures and the matrix to one page."""
