"""What a Bicep template says, by its syntax tree: resources with parameters filled in.

The grammar is tree-sitter's. Only what our templates use is understood; anything else is
an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

PARSER = Parser(Language(tree_sitter_bicep.language()))
Values = dict[str, Any]


def resources(text: str) -> list[dict[str, Any]]:
    """The resources that the template would deploy with the default parameters."""
    root = PARSER.parse(text.encode()).root_node
    assert not root.has_error, "not Bicep"
    values: Values = {}
    found = []
    for node in root.named_children:
        match node.type:
            case "parameter_declaration":
                name, *_, default = node.named_children
                values[_text(name)] = _value(default, values)
            case "resource_declaration":
                symbol, *_ = node.named_children
                values[_text(symbol)] = _text(symbol)
                found += list(_resource(node, values))
            case "comment" | "decorators" | "target_scope_assignment":
                pass
            case other:
                raise AssertionError(f"unexpected {other}")
    return found


def decorators(text: str) -> list[str]:
    """Every decorator as it is written."""
    root = PARSER.parse(text.encode()).root_node
    groups = [node for node in root.named_children if node.type == "decorators"]
    return [_text(child) for group in groups for child in group.named_children]


def _resource(node: Node, values: Values) -> Iterator[dict[str, Any]]:
    _, kind, body = node.named_children
    known: dict[str, Any] = {"type": _value(kind, values)}
    if any(_text(child) == "existing" for child in node.children):
        known["existing"] = True
    if body.type == "for_statement":
        item, items, loop = body.named_children
        for value in values[_text(items)]:
            yield known | _value(loop, values | {_text(item): value})
    else:
        yield known | _value(body, values)


def _value(node: Node, values: Values) -> Any:
    match node.type:
        case "string":
            return "".join(_text(part) for part in node.named_children)
        case "boolean":
            return _text(node) == "true"
        case "identifier":
            return values[_text(node)]
        case "array":
            return [_value(item, values) for item in node.named_children]
        case "object":
            pairs = (child.named_children for child in node.named_children)
            return {_text(key): _value(inner, values) for key, inner in pairs}
    raise AssertionError(f"unexpected {node.type}")


def _text(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()
