"""The report's chapters: a folder each, with what it prints and its templates beside it."""
