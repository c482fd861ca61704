"""Which site a client belongs to, by the user's map of address ranges or its identity.

The map is a CSV with the columns `cidr` and `region` (or `client_region`), and if wanted
`site`, `kind` (`ci` for clients that keep no layers), `latitude` and `longitude` (for
places outside Azure). The longest prefix wins. A client in no range may be a cluster, whose
nodes log in with its identity. Addresses and identities leave this module only as sites.
"""

from __future__ import annotations

import csv
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from planner.domain.reading import read_text
from planner.errors import InputError, did_you_mean
from planner.facts import load_facts

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Spot = tuple[str | None, float | None, float | None]
"""Region, latitude and longitude."""
REGION_COLUMNS = ("region", "client_region")


@dataclass(frozen=True)
class Place:
    """Where the clients of an address range are."""

    site: str
    region: str | None
    """Azure region; None for a place outside Azure."""
    latitude: float | None = None
    longitude: float | None = None
    cold: bool = False
    """Whether its clients keep no layers, as build runners do."""


@dataclass(frozen=True)
class Places:
    """Address ranges and their places; empty without a map."""

    ranges: Mapping[int, Mapping[int, Mapping[int, Place]]] = field(
        default_factory=dict
    )
    """By IP version and length of the prefix, longest first: network number to place."""
    identities: Mapping[str, Place] = field(default_factory=dict)
    """By the object id or client id with which the nodes of a cluster log in."""

    def __bool__(self) -> bool:
        """Whether there is a map at all."""
        return bool(self.ranges or self.identities)

    def of(self, address: str | None, identity: str | None) -> Place | None:
        """The place of a client, by its address if a range holds it, else by its identity."""
        place = self.find(address) if address else None
        return place or self.identities.get((identity or "").lower())

    def find(self, address: str) -> Place | None:
        """The place of an address with or without a port, None if no range holds it."""
        parsed = _address(address)
        if parsed is None:
            return None
        number, bits = int(parsed), parsed.max_prefixlen
        for length, networks in self.ranges.get(parsed.version, {}).items():
            place = networks.get(number >> (bits - length))
            if place is not None:
                return place
        return None


def read_places(path: str | Path) -> Places:
    """Read an address map.

    Raises `InputError` naming file and row if a range, a region or a number is wrong.
    """
    text = read_text(Path(path))
    reader = csv.DictReader(text.splitlines())
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    region_column = next((name for name in REGION_COLUMNS if name in columns), None)
    if "cidr" not in columns or region_column is None:
        raise InputError(
            f"needs the columns cidr and region; it has {', '.join(columns) or 'none'}",
            origin=str(path),
        )
    reader.fieldnames = columns
    found: dict[Network, Place] = {}
    spots: dict[str, Spot] = {}
    for row in reader:
        where = f"{path}: row {reader.line_num}"
        network = _network(row["cidr"] or "", where)
        place = _place(row, row[region_column] or "", where)
        if found.setdefault(network, place) != place:
            raise InputError(f"{network} is listed twice with different places", where)
        spot = place.region, place.latitude, place.longitude
        if spots.setdefault(place.site, spot) != spot:
            raise InputError(f"the site {place.site!r} has two places", where)
    if not found:
        raise InputError("lists no address range", origin=str(path))
    return _by_length(found.items())


def _by_length(pairs: Iterable[tuple[Network, Place]]) -> Places:
    ranges: dict[int, dict[int, dict[int, Place]]] = {}
    for network, place in sorted(pairs, key=lambda pair: -pair[0].prefixlen):
        short = int(network.network_address) >> (
            network.max_prefixlen - network.prefixlen
        )
        by_length = ranges.setdefault(network.version, {})
        by_length.setdefault(network.prefixlen, {})[short] = place
    return Places(ranges)


def _network(text: str, where: str) -> Network:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise InputError(
            f"{text!r} is no address range such as 203.0.113.0/24 or 2001:db8::/32",
            where,
        ) from None


def _place(row: Mapping[str, str | None], region: str, where: str) -> Place:
    region = region.strip()
    site = (row.get("site") or "").strip()
    spot = [_degrees(row.get(key), key, where) for key in ("latitude", "longitude")]
    if not region and not (site and None not in spot):
        raise InputError("has no region", where)
    name = _azure_region(region, where) if None in spot else None
    cold = (row.get("kind") or "").strip().lower() in ("ci", "build", "runner")
    return Place(site or name or region, name, spot[0], spot[1], cold)


def _azure_region(text: str, where: str) -> str | None:
    """The Azure region, written as `westeurope` or `West Europe`; None outside Azure.

    A name that nearly is a region is a slip of the pen, not a place outside Azure.
    """
    found = squeezed_region(text)
    if found:
        return found
    near = did_you_mean("".join(text.lower().split()), load_facts().regions)
    if near:
        raise InputError(
            f"unknown region {text!r}{near} (a place outside Azure needs another name, "
            "or latitude and longitude)",
            where,
        )
    return None


def squeezed_region(text: str) -> str | None:
    """The Azure region that `westeurope` or `West Europe` means, None if there is none."""
    squeezed = "".join(text.lower().split())
    return squeezed if squeezed in load_facts().regions else None


def _degrees(text: str | None, key: str, where: str) -> float | None:
    if not (text or "").strip():
        return None
    limit = 90 if key == "latitude" else 180
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not -limit <= value <= limit:
        raise InputError(f"{key} {text!r} is no number of degrees", where)
    return value


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address in `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` or `[2001:db8::1]:443`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(parsed, "ipv4_mapped", None)
    return mapped or parsed
