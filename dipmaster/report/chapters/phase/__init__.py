"""What every phase has, to the chapter of a phase."""
