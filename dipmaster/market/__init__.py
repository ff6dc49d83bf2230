"""Where bars come from: the simulated market, files of the user, and how good they are."""
