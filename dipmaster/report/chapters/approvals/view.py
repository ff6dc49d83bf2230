"""Conditions, and the lines on which people sign."""

from dipmaster.report.chapter import Chapter

APPROVALS = Chapter(folder="approvals", anchor="approvals", title="Approvals")
