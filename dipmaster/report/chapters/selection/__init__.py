"""What phase 1 adds to its chapter: funnel, scores, signal quality."""
