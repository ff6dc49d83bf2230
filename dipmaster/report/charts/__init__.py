"""What validate, confidence and volatility measured to figures: a module a question.

Every function gives one inline SVG with an alternative text. Nothing is
estimated: what is drawn was measured by an earlier stage.
"""
