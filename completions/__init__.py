"""What the shells are told about gtask: generated, and what generates it."""
