"""The looks a person can be put into, one module each."""
