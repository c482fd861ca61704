"""Pure evaluation: a problem and a layout in, cost lines and latency out."""
