"""What we know: the nouns, the store, search, blueprints, feeds and insight."""
