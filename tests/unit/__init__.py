"""Tests of gtask: unit."""
