"""Tests of the planner; the folders mirror the package."""
