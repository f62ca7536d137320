"""New cases that fit a search: somebody saves what they looked for in the library, and is told of what comes."""
