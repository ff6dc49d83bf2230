"""Speed, side by side with what one would use otherwise; ratios, never limits."""

import dipmaster  # noqa: F401 -- pins native code, before a benchmark loads numpy
