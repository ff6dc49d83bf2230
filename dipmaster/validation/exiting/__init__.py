"""What the exits of phase 2 did: how often each acted, what they kept, what each is worth.

An entry is followed alone, without an account or its limits, under two sets of
exits: those of phase 1 (the frozen ones) and those of phase 2. So every difference
is the exits' own. "traded" are the entries that both phases opened, "all" every
candidate out of sample that could be opened. `record` puts it all together.
"""
