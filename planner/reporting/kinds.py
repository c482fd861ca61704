"""How each kind of cost is called, coloured and hatched, the same everywhere.

The colours are those of Okabe and Ito, which people with any colour vision can tell
apart; the hatching tells them apart without colour, as in print.
"""

from __future__ import annotations

from collections.abc import Mapping

from planner.evaluation.cost import Kind

KIND_LABELS: Mapping[Kind, str] = {
    Kind.REGISTRY_FEE: "Registry fees",
    Kind.STORAGE: "Storage",
    Kind.PULL_TRANSFER: "Pull transfer",
    Kind.INTERNET_EGRESS: "Internet egress",
    Kind.SYNC_TRANSFER: "Sync transfer",
    Kind.PUSH_TRANSFER: "Push transfer",
    Kind.PRIVATE_ENDPOINTS: "Private endpoints",
    Kind.OPERATIONS: "Operations (labour)",
    Kind.WAITING: "Waiting",
}

KIND_COLOURS: Mapping[Kind, str] = {
    Kind.REGISTRY_FEE: "#0072B2",
    Kind.STORAGE: "#56B4E9",
    Kind.PULL_TRANSFER: "#E69F00",
    Kind.INTERNET_EGRESS: "#D55E00",
    Kind.SYNC_TRANSFER: "#009E73",
    Kind.PUSH_TRANSFER: "#F0E442",
    Kind.PRIVATE_ENDPOINTS: "#CC79A7",
    Kind.OPERATIONS: "#7F7F7F",
    Kind.WAITING: "#BBBBBB",
}

KIND_PATTERNS: Mapping[Kind, str] = {
    Kind.REGISTRY_FEE: "",
    Kind.STORAGE: "/",
    Kind.PULL_TRANSFER: "\\",
    Kind.INTERNET_EGRESS: "x",
    Kind.SYNC_TRANSFER: "-",
    Kind.PUSH_TRANSFER: "|",
    Kind.PRIVATE_ENDPOINTS: "+",
    Kind.OPERATIONS: ".",
    Kind.WAITING: "",
}
"""Plotly's fill patterns."""
