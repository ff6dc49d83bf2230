"""Typed words to the pipeline and its results: the `dipmaster` command, a module a command.

Modules import what they need when a command runs, so that help and `check` answer at once.
"""
