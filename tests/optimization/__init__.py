"""Tests of `planner.optimization`."""
