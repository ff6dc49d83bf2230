"""What every room stands on: machine settings, errors, bar lengths, kernels, the panel, threads.

Every stage depends on all of it, so it is one folder and one dependency of each stage.
"""
