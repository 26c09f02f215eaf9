"""The ledger of the assistant's own advice: what was proposed, what people made of it, and what came of that."""
