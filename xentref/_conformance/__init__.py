"""The conformance kit behind `xentref.testing`: cases, the reference, the checks and their table."""
