"""Profiles: the pipeline on another market, in a copy that leaves the workspace alone."""
