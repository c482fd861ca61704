"""Records of a Parquet file added up by text columns, as fast as dictionaries allow.

Parquet holds a column of few texts as numbers into a list of them. DuckDB hashes such a
column once for each text, not for each record; grouping by the texts themselves takes ten
times as long. So each column is given as many bits of its hash as tell its texts apart,
side by side in one or two numbers by which records are grouped, and from which the texts
are found again. No two texts share a code, so the answer is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

HASH_BITS = 64


class Code(NamedTuple):
    """Where the code of a column is."""

    column: str
    table: str
    """Of hashes and the texts they stand for."""
    word: int
    mask: int
    """The bits of the word, and of the hash, that tell the texts apart."""


def fold(
    con: duckdb.DuckDBPyConnection,
    source: str,
    cells: dict[str, tuple[str, str]],
    measures: Sequence[str],
    name: str,
) -> str:
    """The query that adds up the records of a source by columns of text.

    `cells` gives each column as the file has it and as it is to be understood;
    `measures` are what else is asked for, keys and aggregates with their names. Tables of
    texts are kept in `con` under names that begin with `name`.
    """
    codes = list(_codes(con, source, cells, name))
    words = [
        " | ".join(
            f"(hash({cells[c.column][0]}) & {c.mask})" for c in codes if c.word == word
        )
        for word in range(codes[-1].word + 1)
    ]
    keys = [f"{word} AS word_{number}" for number, word in enumerate(words)]
    texts = [f"{code.table}.text AS {code.column}" for code in codes]
    joins = [
        f"JOIN {c.table} ON word_{c.word} & {c.mask} = {c.table}.code & {c.mask}"
        for c in codes
    ]
    return (
        f"SELECT folded.* EXCLUDE ({', '.join(f'word_{n}' for n in range(len(words)))}), "  # noqa: S608
        f"{', '.join(texts)} FROM (SELECT {', '.join([*keys, *measures])} "
        f"FROM {source} GROUP BY ALL) AS folded {' '.join(joins)}"
    )


def _codes(
    con: duckdb.DuckDBPyConnection,
    source: str,
    cells: dict[str, tuple[str, str]],
    name: str,
) -> Iterator[Code]:
    word = used = 0
    for column, (raw, text) in cells.items():
        table = f"{name}_{column}"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT hash(raw) AS code, "  # noqa: S608
            f"{text} AS text FROM (SELECT DISTINCT {raw} AS raw FROM {source})"
        )
        found = con.execute(f"SELECT code FROM {table}").fetchnumpy()  # noqa: S608
        hashes = np.asarray(found["code"], dtype=np.uint64)
        bits = _bits(hashes, used)
        if bits is None:
            word, used, bits = word + 1, 0, _bits(hashes, 0)
        if bits is None:  # never seen: two texts with the same 64 bits
            raise duckdb.InternalException(f"hashes of {column} collide")
        yield Code(column, table, word, (1 << bits) - 1 << used)
        used += bits


def _bits(hashes: NDArray[np.uint64], used: int) -> int | None:
    """How many bits after those in use tell the hashes apart, None if there are too few."""
    least = max(0, len(hashes) - 1).bit_length()
    for bits in range(least, HASH_BITS - used + 1):
        mask = np.uint64((1 << bits) - 1 << used)
        if len(np.unique(hashes & mask)) == len(hashes):
            return bits
    return None
