"""Tables, sentences, figures and reports, drawn from evaluations and results only."""
