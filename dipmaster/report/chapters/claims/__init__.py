"""The roadmap's claims to a table of what was measured of each."""
