"""Matched random entries: what the exits would have won without the signal."""
