"""The steps from one schema to the next; `db.migrate` applies them."""
