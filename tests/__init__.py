"""Tests of gtask: unit, properties, end to end."""
