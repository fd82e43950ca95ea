"""The conformance kit on the cross-entropies of other libraries: `python -m scoreboard`."""
