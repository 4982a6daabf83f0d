"""The generator: from a YAML spec of the Asterisk Manager Interface to pydantic models."""
