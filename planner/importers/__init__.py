"""Real exports to scenarios.

`run.import_files` is the whole way: `files` finds and peeks at what was named, `kinds`
says of which kind each file is, the function of that kind returns `Findings`, and `merge`
turns findings into a scenario. A kind never writes a scenario, and `merge` knows no kind.

To add a kind: one module with `recognises(file)` and `find(inputs)`, and one row in
`kinds.KINDS`.
"""
