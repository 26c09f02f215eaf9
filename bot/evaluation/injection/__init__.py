"""`chengdan eval injection`: foreign text is planted everywhere it can come in, and what comes of it is counted."""
