"""Alembic revisions of the database; knowledge/migrate.py runs them."""
