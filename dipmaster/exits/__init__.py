"""Exits of phase 2: targets, trailing distances, and models on (position, closed bar) rows.

What a position aims at is settled when it is bought (`plans`). From then on every
closed bar of its life is a row (`rows`); three heads and a calibrator (`heads`,
`levels`) turn a row into the probability that a sale at the next open nets at
least what holding nets under the rules that are not models. The engine decides.
"""
