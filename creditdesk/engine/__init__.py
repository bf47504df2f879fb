"""The law of the loan: pure functions of frozen values, standard library only."""
