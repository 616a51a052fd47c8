"""Tests of gtask: benchmarks."""
