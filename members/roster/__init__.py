"""Listed people: reading a file of them, bringing it in and taking it back, and letting them decide for themselves."""
