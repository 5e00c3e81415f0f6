"""One extension per feature; each parses, makes one service call and presents."""
