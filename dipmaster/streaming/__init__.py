"""Closed bars of all coins, one open time after the other, to what the batch would have decided.

`StreamEngine.push` takes the bars of one open time (`bars` refuses what cannot be one), brings
features, volatility and momentum up to it (`market`), goes through sales and purchases
(`paths`, `account`), scores what is open (`adaptive`) and what is new (`candidates`, `scoring`),
and sizes what is ordered for the next open (`sizing`). `parity` compares all of it with the
tables of the batch, to the last bit. Formulas are the batch's own; nothing here looks ahead.
"""
