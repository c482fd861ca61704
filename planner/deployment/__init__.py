"""From a plan to its change: ordered steps, scripts and templates, a pre-flight list."""
