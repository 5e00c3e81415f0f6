"""The shell's side of community events: their pictures and notices on Discord."""
