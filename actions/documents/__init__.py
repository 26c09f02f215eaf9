"""Contracts and quotes as real Word and PDF files: templates, amounts, clauses, the shelf, and facts with sources."""
