"""The lines on which people sign."""
