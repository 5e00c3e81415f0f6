"""What goes wrong around the bot, as tables: what members see of it, and what it costs whom.

Each row is run by a test in `tests/acceptance`; `python -m tests.tables` writes the tables for the
documentation.
"""
