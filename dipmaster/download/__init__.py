"""An exchange's public archive, or its newest bars, to files under data/raw and a manifest.

The only package that touches the network; only `dipmaster fetch` imports it. See docs/fetch.md.
"""
