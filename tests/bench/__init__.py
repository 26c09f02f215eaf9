"""The bench: plain scripts that make the figures of docs/benchmarks.md."""
