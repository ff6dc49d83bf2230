"""Studies: questions about the simulator and the statistics, answered in process, without DVC.

Each prints a table that the docs quote; run one with ``python -m studies.<name>``.
"""
