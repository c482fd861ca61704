"""What the user says (scenario, layouts) and the checked problem it states."""
