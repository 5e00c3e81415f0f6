"""The shell's side of delivery: cards and pictures on Discord."""
