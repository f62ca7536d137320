"""Data rights: everything about oneself as a file, leaving, and being forgotten."""
