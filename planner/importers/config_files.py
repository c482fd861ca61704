"""One file of configuration into registries, replicas, usages and names of repositories."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.importers import bicep, manifests, pulumi, terraform
from planner.importers.arm_template import Template
from planner.importers.config_resources import (
    Content,
    Resource,
    Source,
    Unknown,
    from_arm,
    regions_in,
)
from planner.importers.documents import read_source, read_values
from planner.importers.files import SourceFile

HCL = (".tf", ".tfvars")
_TYPE = re.compile(
    r'"type"\s*:\s*"(Microsoft\.ContainerRegistry/registries(/replications)?'
    r"|azurerm_container_registry|azure-native:containerregistry[:/])",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"type:\s*[\"']?azure(-native:containerregistry|:containerservice/registry)"
)
_BICEP = re.compile(
    r"^\s*resource\s+\w+\s+'Microsoft\.ContainerRegistry", re.MULTILINE | re.IGNORECASE
)
_NAMES = re.compile(r'\s*\[\s*"[a-z0-9][a-z0-9._/-]*"\s*[,\]]')
_KEYS = (
    {"loginserver", "dataendpoints"},
    {"currentvalue", "limit", "size"},
    {"repositories"},
    {"format_version", "terraform_version"},
    {"terraform_version", "lineage"},
    {"deployment", "manifest", "urn"},
)


def recognises(file: SourceFile) -> bool:
    """Whether the file describes a registry, or what is stored in it."""
    head = file.head
    if file.path.suffix in HCL or file.path.suffix == ".bicep":
        return file.shape != "parquet"
    if file.shape != "json":
        return bool(_PROGRAM.search(head) or _BICEP.search(head))
    if "microsoft.insights/metrics" in file.words:
        return False
    return (
        manifests.recognises(file)
        or any(keys <= file.words for keys in _KEYS)
        or "deploymentTemplate.json#" in head
        or bool(_TYPE.search(head) or _NAMES.match(head))
    )


def read(files: Sequence[SourceFile]) -> list[Content]:
    """What every file holds; the Terraform files of a folder are one."""
    contents = []
    folders: dict[Path, list[SourceFile]] = defaultdict(list)
    for file in files:
        if file.path.suffix in HCL:
            folders[file.path.parent].append(file)
        elif not manifests.recognises(file):
            contents.append(_read(file))
    for folder, sources in folders.items():
        name = sources[0].name if len(sources) == 1 else str(folder)
        content = Content(name, Source.CODE)
        terraform.from_hcl(sources, content)
        contents.append(content)
    return contents


def _read(file: SourceFile) -> Content:
    if file.path.suffix == ".bicep" or (
        file.shape != "json" and _BICEP.search(file.head)
    ):
        content = Content(file.name, Source.CODE)
        try:
            _add_bicep(bicep.parse(read_source(file)), content)
        except RecursionError:
            raise file.error("is nested too deeply") from None
    elif file.shape != "json":
        content = Content(file.name, Source.CODE)
        pulumi.from_program(file, content)
    else:
        content = Content(file.name, Source.LIVE)
        for value in read_values(file):
            _add(value, content)
    return content


def _add_bicep(program: bicep.Program, content: Content) -> None:
    for data in program.found():
        _add_resource(data, content)
    content.defaults = program.defaults
    if program.modules:
        content.notes.append(
            f"{content.file}: modules are not followed ({', '.join(program.modules)}); "
            "`az bicep build` makes one template of them"
        )


def _add(value: Any, content: Content) -> None:
    """Add a JSON value to what its file holds."""
    if isinstance(value, list):
        _add_list(value, content)
    elif isinstance(value, Mapping) and not _add_tool(value, content):
        _add_azure(value, content)


def _add_list(values: list[Any], content: Content) -> None:
    if values and all(isinstance(one, str) for one in values):
        content.repositories += values
    elif _is_usage(values):
        content.usages += values
    else:
        for one in values:
            _add_arm(one, content)


def _add_tool(data: Mapping[str, Any], content: Content) -> bool:
    """Add what Terraform, Pulumi or a template tells; whether it is one of these."""
    if "planned_values" in data or {"terraform_version", "values"} <= data.keys():
        terraform.from_show(data, content)
    elif "terraform_version" in data and isinstance(data.get("resources"), list):
        terraform.from_state(data, content)
    elif "deployment" in data:
        pulumi.from_stack(data, content)
    elif "deploymentTemplate" in str(data.get("$schema")):
        _add_template(data, content)
    else:
        return False
    return True


def _add_azure(data: Mapping[str, Any], content: Content) -> None:
    """Add what Azure answered."""
    if "dataEndpoints" in data:
        _add_endpoints(data, content)
    elif isinstance(data.get("repositories"), list):
        content.repositories += map(str, data["repositories"])
    elif isinstance(data.get("value"), list):
        _add_list(data["value"], content)
    elif "data" in data:
        _add_list(list(_graph_rows(data["data"])), content)
    else:
        _add_arm(data, content)


def _is_usage(rows: Sequence[Any]) -> bool:
    return bool(rows) and all(
        isinstance(row, Mapping) and {"name", "currentValue"} <= row.keys()
        for row in rows
    )


def _graph_rows(data: Any) -> Iterator[Any]:
    """Rows of Resource Graph, as objects or as a table."""
    if isinstance(data, list):
        yield from data
    elif isinstance(data, Mapping):
        columns = [
            one.get("name") if isinstance(one, Mapping) else one
            for one in data.get("columns") or ()
        ]
        for row in data.get("rows") or ():
            yield dict(zip(columns, row, strict=False))


def _add_template(data: Mapping[str, Any], content: Content) -> None:
    content.source = Source.CODE
    template = Template(data)
    for one in template.resources():
        _add_resource(one, content)
    content.defaults = template.defaults


def _add_endpoints(data: Mapping[str, Any], content: Content) -> None:
    """Add what `az acr show-endpoints` tells: the locations, but not which is the home."""
    name = str(data.get("loginServer", "")).partition(".")[0]
    hosts = [
        one.get("endpoint") if isinstance(one, Mapping) else one
        for key in ("dataEndpoints", "regionalEndpoints")
        for one in data.get(key) or ()
    ]
    content.resources.append(
        Resource(
            is_registry=True,
            registry=name,
            location=None,
            locations=regions_in(hosts),
            regional_endpoints=bool(data.get("regionalEndpoints")),
        )
    )


def _add_arm(one: Any, content: Content) -> None:
    if isinstance(one, Mapping) and "type" in one:
        _add_resource(one, content)
    else:
        content.malformed.append("is no resource with a type")


def _add_resource(data: Mapping[str, Any], content: Content) -> None:
    resource = from_arm(data)
    if resource is None:
        content.other += 1
    elif not isinstance(resource.registry, str | Unknown) or not isinstance(
        resource.location, str | Unknown
    ):
        content.malformed.append(f"{data.get('type')} without a name or a location")
    else:
        content.resources.append(resource)
