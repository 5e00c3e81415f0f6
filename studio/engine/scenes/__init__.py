"""What surrounds the person in a picture; painted once per size and kept."""
