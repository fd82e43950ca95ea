"""The conformance kit behind `xentref.testing`: cases, the reference, checks, their table."""
