"""The scene sketch: a landscape from words. It draws no people, animals or things."""
