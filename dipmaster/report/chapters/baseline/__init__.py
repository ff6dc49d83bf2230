"""What phase 0 adds to its chapter: its rule and how many events it saw."""
