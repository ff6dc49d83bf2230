"""What every room stands on: machine settings, errors, kernels, threads; params, tables, the store.

Every stage depends on all of it, so it is one folder and one dependency of each stage.
"""
