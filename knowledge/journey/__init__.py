"""The journey in the database: events taken in, who is who kept up to date, consent, and touches read back."""
