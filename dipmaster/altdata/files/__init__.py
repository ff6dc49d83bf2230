"""Files under data/raw/alt to published values: load, know the format, clean, count.

Nothing is filled, averaged over time or guessed. What cannot be read, or holds columns that
no format has, stops with file and row. See docs/alternative-data.md.
"""
