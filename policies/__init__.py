"""What may be done: Cedar rules over typed facts, decided without any model."""
