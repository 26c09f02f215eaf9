"""Recordings become transcripts: who said what, when."""
