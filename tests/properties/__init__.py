"""Tests of gtask: properties."""
