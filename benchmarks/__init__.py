"""Speed, side by side with what one would use otherwise; ratios, never limits."""
