"""Choosing the best layout, with proof and reasons."""

from planner.optimization.location import (
    Compromise,
    LocationPlan,
    solve_frontier,
    solve_location,
)

__all__ = ["Compromise", "LocationPlan", "solve_frontier", "solve_location"]
