"""Data, split, phases, costs and the rule of the gates on one page."""

from dipmaster.report.chapter import Chapter

METHOD = Chapter(folder="method", title="Data and method")
