"""The core package: errors, kernels, threads, bars on one grid, params, table schemas, storage.

Every stage depends on all of it, so it is one folder and one dependency of each stage.
"""
