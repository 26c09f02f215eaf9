"""Writes the demo company: a seeded world, deal stories, their texts, and the files they become."""
