"""The roadmap's promises to what was measured of them."""
