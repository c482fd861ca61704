"""The columns of bills: what every kind of export calls them, as queries of DuckDB.

Cost Management writes PascalCase or camelCase, by agreement (EA, MCA, pay-as-you-go);
localised exports have the English name in parentheses; FOCUS has names of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from planner.importers.duck import Duck, csv_rows, parquet_rows, quoted, text
from planner.importers.files import SourceFile

COLUMNS = {
    "day": ("date", "usagedatetime", "chargeperiodstart", "usagedate"),
    "resource": ("resourceid", "instanceid"),
    "category": ("metercategory", "x_skumetercategory", "servicename"),
    "subcategory": ("metersubcategory", "x_skumetersubcategory"),
    "meter": ("metername", "skumeter", "x_skumetername"),
    "product": ("product", "productname", "chargedescription"),
    "region": ("regionid", "resourcelocation", "regionname", "location"),
    "quantity": ("quantity", "usagequantity", "consumedquantity", "pricingquantity"),
    "unit": ("unitofmeasure", "consumedunit", "pricingunit"),
    "cost": ("cost", "costinbillingcurrency", "pretaxcost", "billedcost"),
    "usd": ("costinusd", "x_billedcostinusd"),
    "currency": ("billingcurrency", "billingcurrencycode", "currency"),
}
"""Our column, and its names in lower case, the best first."""
NEEDED = ("day", "resource", "quantity", "cost")
NUMBERS = ("quantity", "cost", "usd")
REGISTRY = "microsoft.containerregistry/registries"
"""In the id of a resource whose charges count, bandwidth included."""
SERVICE = "container registry"
KINDS = (
    ("registry_fee", r"registry.*\bunit\b"),
    ("storage", r"data stored"),
    ("tasks", r"\btask"),
    ("transfer", r"inter-region|int(er|ra)[ -]continent|availability zone"),
    ("internet_egress", r"data transfer out|routing preference|rtn preference"),
)
"""A kind of cost line, and what the meters of it are called."""
OTHER_KIND = "other"
_INNER = re.compile(r"^.*\(([A-Za-z_]+)\)\s*$")


def columns_of(names: Sequence[str]) -> dict[str, str]:
    """Our columns by the name that they have in a file."""
    known: dict[str, str] = {}
    for name in names:
        inner = _INNER.match(name)
        known.setdefault((inner[1] if inner else name).strip().lower(), name)
    found = {}
    for ours, theirs in COLUMNS.items():
        names_here = [known[their] for their in theirs if their in known]
        if names_here:
            found[ours] = names_here[0]
    return found


def header_of(file: SourceFile) -> list[str]:
    """The column names of a CSV or Parquet file."""
    first = file.head.lstrip("\ufeff")
    if file.shape == "parquet":
        return first.split("\n")
    cells = re.split("[,;\t]", first.split("\n", 1)[0])
    return [cell.strip(' "\r') for cell in cells]


def create_charges(duck: Duck, files: Sequence[SourceFile]) -> None:
    """Create the view `charges`: all rows of all files in our columns.

    Raises `InputError` if a file lacks a column that is needed.
    """
    groups: dict[tuple[str, bool, tuple[str, ...]], list[SourceFile]] = defaultdict(
        list
    )
    for file in files:
        groups[file.shape, file.packed, tuple(header_of(file))].append(file)
    parts = []
    for (shape, _, names), group in groups.items():
        columns = columns_of(names)
        lacks = [name for name in NEEDED if name not in columns]
        if lacks:
            raise group[0].error(f"has no column for {', '.join(lacks)}")
        source = parquet_rows(group) if shape == "parquet" else csv_rows(group)
        parts.append(_select(duck, source, columns, group[0]))
    duck.run(f"CREATE VIEW charges AS {' UNION ALL '.join(parts)}")


def _select(
    duck: Duck, source: str, columns: Mapping[str, str], file: SourceFile
) -> str:
    cells = {ours: f"CAST({quoted(name)} AS VARCHAR)" for ours, name in columns.items()}
    cells = {ours: f"nullif(nullif({c}, ''), 'NULL')" for ours, c in cells.items()}
    first = file.head.split("\n", 1)[0]
    if file.shape == "csv" and first.count(";") > first.count(","):
        for ours in NUMBERS:
            if ours in cells:
                plain = f"replace(replace({cells[ours]}, '.', ''), ',', '.')"
                cells[ours] = (
                    f"CASE WHEN contains({cells[ours]}, ',') THEN {plain} "
                    f"ELSE {cells[ours]} END"
                )
    shown = {ours: cells.get(ours, "CAST(NULL AS VARCHAR)") for ours in COLUMNS}
    for ours in NUMBERS:
        shown[ours] = f"try_cast({shown[ours]} AS DOUBLE)"
    shown["day"] = _day(cells["day"], _day_first(duck, source, cells["day"]))
    shown["region"] = f"lower(replace({shown['region']}, ' ', ''))"
    shown["resource"] = f"lower({shown['resource']})"
    wanted = ", ".join(f"{cell} AS {ours}" for ours, cell in shown.items())
    return f"SELECT filename AS file, {wanted} FROM {source}"  # noqa: S608


def _day_first(duck: Duck, source: str, cell: str) -> bool:
    """Whether dates with slashes name the day first, which some row must show."""
    first = f"try_cast(split_part({cell}, '/', 1) AS INTEGER)"
    query = f"SELECT bool_or({first} BETWEEN 13 AND 31) AS found FROM {source}"  # noqa: S608
    return bool(duck.rows(query)[0]["found"])


def _day(cell: str, day_first: bool) -> str:
    slashes = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    forms = ", ".join(text(form) for form in (slashes, "%d.%m.%Y", "%Y%m%d"))
    return (
        f"CAST(coalesce(try_cast({cell} AS TIMESTAMP), "
        f"try_strptime({cell}, [{forms}])) AS DATE)"
    )


def kind_expression() -> str:
    """The kind of cost line of a row of `charges`, as SQL."""
    words = "lower(concat_ws(' ', category, subcategory, meter, product))"
    cases = " ".join(
        f"WHEN regexp_matches({words}, {text(pattern)}) THEN {text(kind)}"
        for kind, pattern in KINDS
    )
    return f"CASE {cases} ELSE {text(OTHER_KIND)} END"
