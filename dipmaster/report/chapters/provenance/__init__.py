"""Hashes, seeds, versions and params to the page on where numbers come from."""
