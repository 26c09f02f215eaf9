"""Scores that explain themselves: a table goes in, a model whose parts add up to its score comes out."""
