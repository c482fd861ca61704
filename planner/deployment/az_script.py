"""The change as a bash script around the Azure command line.

By default the script only shows what it would do. It acts with `--apply`, takes away
what the plan drops only with `--delete` as well, and goes back with `--undo`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from planner.deployment.comments import heading, preflight_lines, step_lines
from planner.deployment.steps import (
    AddPush,
    Change,
    CreateRegistry,
    CreateReplica,
    CreateWebhook,
    DeleteRegistry,
    DeleteReplica,
    EnableRegionalEndpoints,
    ImportImages,
    LowerSku,
    Migration,
    RaiseSku,
    Step,
    SwitchSite,
)
from planner.deployment.words import words
from planner.reporting.text import one_line

HELPERS = Path(__file__).with_name("helpers.sh")
OPTIONS = r"""usage() {
  cat <<'TEXT'
Shows what it would do; nothing changes without --apply.
  --dry-run              show only (the default)
  --apply                do it
  --delete               also delete replicas and registries that the plan drops and
                         lower tiers; use it once every site has been switched
  --undo                 go back instead: says what to switch back and, with --delete,
                         deletes what was added (what is deleted stays deleted)
  --resource-group NAME  for new registries
  --subscription NAME    default: the one az is set to
  --wait-minutes N       for a replica to be Ready (default 1440)
TEXT
}

apply=false
delete=false
undo=false
resource_group=''
subscription=''
wait_minutes=1440
poll_seconds=${POLL_SECONDS:-30}

while (($#)); do
  case $1 in
    --dry-run) apply=false ;;
    --apply) apply=true ;;
    --delete) delete=true ;;
    --undo) undo=true ;;
    --resource-group | --subscription | --wait-minutes)
      (($# > 1)) || { echo "error: $1 needs a value" >&2; exit 2; }
      option=${1#--}
      printf -v "${option//-/_}" '%s' "$2"
      shift
      ;;
    --help) usage; exit ;;
    *) echo "error: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
[[ $wait_minutes =~ ^[0-9]{1,6}$ ]] || { echo "error: --wait-minutes N" >&2; exit 2; }
exec 3>&1
"""
MAIN = """later() {
  if (($1 > 0)); then
    say "not taken away without --delete: $1 steps; switch the sites before"
  fi
}

if [[ $undo == true ]]; then
  say_back
  if [[ $delete == true ]]; then take_back; else later "$additions"; fi
else
  check
  add
  if [[ $delete == true ]]; then take_away; else later "$reductions"; fi
fi
"""


def az_script(migration: Migration) -> str:
    """The script, ending in a newline."""
    numbered = list(enumerate(migration.steps, start=1))
    adding = [(n, step) for n, step in numbered if not step.reduces]
    taking = [(n, step) for n, step in numbered if step.reduces]
    homes = {
        registry.name: registry.home for registry in migration.before.layout.registries
    }
    kept = migration.kept.values()
    back = [_block_back(n, step, migration) for n, step in reversed(numbered)]
    parts = [
        "#!/usr/bin/env bash",
        *(f"# {line}" for line in (*heading(migration), "")),
        *(f"# {line}" for line in (*preflight_lines(migration), "")),
        "# Some helpers are not needed by this plan, and nothing in quotes is meant to",
        "# expand, hence:",
        "# shellcheck disable=SC2329,SC2016",
        "set -euo pipefail",
        "",
        OPTIONS,
        HELPERS.read_text(encoding="utf-8"),
        *_function("check", ([call("check_home", r.name, r.home)] for r in kept)),
        *_function("add", (_block(n, step, homes) for n, step in adding)),
        *_function("take_away", (_block(n, step, homes) for n, step in taking)),
        *_function("say_back", (lines for says, lines in back if says)),
        *_function("take_back", (lines for says, lines in back if not says)),
        f"reductions={len(taking)}",
        f"additions={sum(bool(lines) for says, lines in back if not says)}",
        "",
        MAIN.rstrip(),
    ]
    return "\n".join(part.rstrip() for part in parts) + "\n"


def _function(name: str, bodies: Iterable[list[str]]) -> Iterator[str]:
    lines = [f"  {line}" for body in bodies for line in body]
    yield from (f"{name}() {{", *(lines or ["  :"]), "}", "")


def _block(number: int, step: Step, homes: dict[str, str]) -> list[str]:
    comments = [f"# {line}" for line in step_lines(number, step)]
    return [*comments, *(call(*helper) for helper in _calls(step.change, homes))]


def call(*command: str) -> str:
    """A shell command whose words are what they are, whatever is in them."""
    return " ".join(shlex.quote(word) for word in command)


def _calls(change: Change, homes: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """The helpers that do a step."""
    match change:
        case CreateRegistry(name, home, sku):
            yield "create_registry", name, home, sku.value
        case RaiseSku(name, old, new):
            yield "raise_sku", name, old.value, new.value
        case EnableRegionalEndpoints(name):
            yield "regional_endpoints", name, "enabled"
        case AddPush():
            yield "say", one_line(f"by hand: {words(change).title}")
        case ImportImages(source, name, images):
            yield from (("import_repository", source, name, image) for image in images)
        case CreateReplica(name, region):
            yield "create_replica", name, region
        case CreateWebhook(name, region, webhook):
            address = (webhook.uri, webhook.scope, *webhook.actions)
            yield "create_webhook", name, change.name, region, *address
        case SwitchSite():
            yield from _switch(change)
        case _:
            yield _reduction(change, homes)


def _reduction(
    change: DeleteReplica | DeleteRegistry | LowerSku, homes: dict[str, str]
) -> tuple[str, ...]:
    match change:
        case DeleteReplica(name, region):
            return "delete_replica", name, region, homes[name]
        case DeleteRegistry(name, home, heirs):
            return "delete_registry", name, home, *heirs
        case LowerSku(name, old, new):
            return "lower_sku", name, old.value, new.value


def _switch(change: SwitchSite) -> Iterator[tuple[str, ...]]:
    yield "say", one_line(f"by hand: change the image names of {change.site}")
    for image in change.images:
        yield "say", f"  {change.old_server}/{image} -> {change.new_server}/{image}"
    if not change.images:
        yield "say", f"  {change.old_server} -> {change.new_server}"


def _block_back(
    number: int, step: Step, migration: Migration
) -> tuple[bool, list[str]]:
    """Whether the way back from a step only says or restores, and its lines."""
    back = _undo(step.change, migration)
    lines = [f"# undo step {number}", call(*back)] if back else []
    return bool(back) and back[0] in ("say", "raise_sku"), lines


def _undo(change: Change, migration: Migration) -> tuple[str, ...]:
    """The helper that goes back; none where nothing can be done."""
    match change:
        case CreateRegistry(name, home):
            today = (registry.name for registry in migration.before.layout.registries)
            return "delete_registry", name, home, *today
        case RaiseSku(name, old, new):
            return "lower_sku", name, new.value, old.value
        case EnableRegionalEndpoints(name):
            return "regional_endpoints", name, "disabled"
        case CreateReplica(name, region):
            homes = {r.name: r.home for r in migration.after.layout.registries}
            return "delete_replica", name, region, homes[name]
        case CreateWebhook(name):
            return "delete_webhook", name, change.name
        case LowerSku(name, old, new):
            return "raise_sku", name, new.value, old.value
        case _:
            return _undo_by_hand(change)


def _undo_by_hand(
    change: AddPush | ImportImages | SwitchSite | DeleteReplica | DeleteRegistry,
) -> tuple[str, ...]:
    """What the script can only say; what was deleted with its registry is gone."""
    if isinstance(change, ImportImages | DeleteRegistry):
        return ()
    return "say", one_line(f"by hand: {words(change).undo}")
