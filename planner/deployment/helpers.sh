# Each helper looks before it acts and does nothing where the work is done already, so
# that the script can be run again after a failure.

say() { printf '%s\n' "$*" >&3; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# A command as it can be pasted into a shell
show() {
  local word quote="'\\''" line='+'
  for word in "$@"; do
    if [[ $word =~ ^[a-zA-Z0-9_./:=@+-]+$ ]]; then
      line+=" $word"
    else
      line+=" '${word//\'/$quote}'"
    fi
  done
  printf '%s\n' "$line" >&3
}

# az with the subscription that was asked for
azure() {
  az "${@:2}" ${subscription:+--subscription "$subscription"}
}

# Show a command that changes something; run it only with --apply.
run() {
  show "$@"
  if [[ $apply == true ]]; then azure "$@" >/dev/null; fi
}

# Ask Azure with --apply; else show the question and take the first argument as answer.
ask() {
  local guess=$1
  shift
  if [[ $apply == true ]]; then
    azure "$@"
  else
    show "$@"
    printf '%s\n' "$guess"
  fi
}

home_of() {
  ask "$2" az acr list --query "[?name=='$1'].location | [0]" --output tsv
}

check_home() {
  local found
  found=$(home_of "$1" "$2")
  [[ $found == "$2" ]] || fail "registry $1 has its home in '${found:-none}', not in $2"
}

check_soft_delete() {
  local status
  status=$(ask disabled az acr config soft-delete show --registry "$1" \
    --query status --output tsv)
  [[ $status == disabled ]] || fail "soft delete is on in $1; replicas need it off"
}

create_registry() {
  local registry=$1 home=$2 sku=$3 found free
  found=$(home_of "$registry" '')
  if [[ -n $found && $found != None ]]; then
    [[ $found == "$home" ]] || fail "registry $registry exists in $found, not in $home"
    say "registry $registry is there already"
    return
  fi
  free=$(ask true az acr check-name --name "$registry" --query nameAvailable --output tsv)
  [[ $free == true ]] || fail "the name $registry is taken by another subscription"
  [[ -n $resource_group || $apply == false ]] ||
    fail "give --resource-group for the new registry $registry"
  run az acr create --name "$registry" \
    --resource-group "${resource_group:-RESOURCE_GROUP}" \
    --location "$home" --sku "$sku"
}

tier() {
  case $1 in
    Basic) echo 1 ;;
    Standard) echo 2 ;;
    Premium) echo 3 ;;
    *) fail "unknown tier '$1'" ;;
  esac
}

sku_of() {
  ask "$2" az acr show --name "$1" --query sku.name --output tsv
}

raise_sku() {
  local registry=$1 old=$2 new=$3 found has wants
  found=$(sku_of "$registry" "$old")
  has=$(tier "$found")
  wants=$(tier "$new")
  if ((has >= wants)); then
    say "registry $registry is $found already"
  else
    run az acr update --name "$registry" --sku "$new"
  fi
}

locations_of() {
  ask "$2" az acr show-usage --name "$1" \
    --query "value[?name=='Geo-replications'].currentValue | [0]" --output tsv
}

lower_sku() {
  local registry=$1 old=$2 new=$3 found has wants locations
  found=$(sku_of "$registry" "$old")
  has=$(tier "$found")
  wants=$(tier "$new")
  if ((has <= wants)); then
    say "registry $registry is $found already"
    return
  fi
  if [[ $found == Premium ]]; then
    locations=$(locations_of "$registry" 1)
    ((locations <= 1)) || fail "$registry still has replicas, so it must stay Premium"
  fi
  run az acr update --name "$registry" --sku "$new"
}

# enabled or disabled
regional_endpoints() {
  run az acr update --name "$1" --regional-endpoints "$2"
}

repositories_of() {
  ask "$2" az acr repository list --name "$1" --output tsv
}

# The tags of a repository, none where there is no such repository
tags_of() {
  local registry=$1 repository=$2 guess=$3 repositories
  # bash does not stop at errors inside $(...), where this function runs
  repositories=$(repositories_of "$registry" "$repository") || return
  if grep -Fxq -- "$repository" <<<"$repositories"; then
    ask "$guess" az acr repository show-tags --name "$registry" \
      --repository "$repository" --output tsv
  fi
}

import_repository() {
  local source=$1 registry=$2 repository=$3 found tags have tag
  have=$(tags_of "$registry" "$repository" '')
  found=$(home_of "$source" somewhere)
  if [[ -z $found || $found == None ]]; then
    [[ -n $have ]] || fail "registry $source is gone and $registry lacks $repository"
    say "registry $source is gone, and $registry has $repository"
    return
  fi
  tags=$(tags_of "$source" "$repository" TAG)
  [[ -n $tags ]] || say "$source has no tags in $repository"
  while IFS= read -r tag; do
    [[ -n $tag ]] || continue
    if grep -Fxq -- "$tag" <<<"$have"; then
      say "$repository:$tag is in $registry already"
    else
      run az acr import --name "$registry" --registry "$source" \
        --source "$repository:$tag" --image "$repository:$tag"
    fi
  done <<<"$tags"
}

# A replica may have another name than its region.
replica_in() {
  ask "$3" az acr replication list --registry "$1" \
    --query "[?location=='$2'].name | [0]" --output tsv
}

wait_until_ready() {
  local registry=$1 replica=$2 waited=0 state
  say "waiting until the replica $replica of $registry is Ready"
  while true; do
    state=$(ask Succeeded/Ready az acr replication show --registry "$registry" \
      --name "$replica" --output tsv \
      --query "join('/', [provisioningState, status.displayStatus || ''])")
    [[ $state == Succeeded/Ready ]] && break
    [[ $state == Failed/* ]] && fail "the replica $replica of $registry failed"
    ((waited < wait_minutes * 60)) ||
      fail "the replica $replica of $registry is '$state' after $wait_minutes minutes"
    sleep "$poll_seconds"
    waited=$((waited + poll_seconds))
  done
}

create_replica() {
  local registry=$1 region=$2 replica
  replica=$(replica_in "$registry" "$region" '')
  if [[ -n $replica && $replica != None ]]; then
    say "$registry has a replica in $region already"
  else
    check_soft_delete "$registry"
    replica=$region
    run az acr replication create --registry "$registry" --location "$region" \
      --name "$region"
  fi
  wait_until_ready "$registry" "$replica"
}

delete_replica() {
  local registry=$1 region=$2 home=$3 replica
  [[ $region != "$home" ]] || fail "$region is the home of $registry"
  check_home "$registry" "$home"
  replica=$(replica_in "$registry" "$region" "$region")
  if [[ -z $replica || $replica == None ]]; then
    say "$registry has no replica in $region"
  else
    run az acr replication delete --registry "$registry" --name "$replica"
  fi
}

webhook_named() {
  ask "$3" az acr webhook list --registry "$1" \
    --query "[?name=='$2'].name | [0]" --output tsv
}

create_webhook() {
  local registry=$1 webhook=$2 region=$3 uri=$4 scope=$5 found
  found=$(webhook_named "$registry" "$webhook" '')
  if [[ -n $found && $found != None ]]; then
    say "$registry has the webhook $webhook already"
  else
    run az acr webhook create --registry "$registry" --name "$webhook" \
      --location "$region" --uri "$uri" --scope "$scope" --actions "${@:6}"
  fi
}

delete_webhook() {
  local found
  found=$(webhook_named "$1" "$2" "$2")
  if [[ -z $found || $found == None ]]; then
    say "$1 has no webhook $2"
  else
    run az acr webhook delete --registry "$1" --name "$2"
  fi
}

# Every tag of a registry must be in one of the others.
check_copied() {
  local registry=$1 repositories repository tags tag heir have
  repositories=$(repositories_of "$registry" REPOSITORY)
  while IFS= read -r repository; do
    [[ -n $repository ]] || continue
    tags=$(tags_of "$registry" "$repository" TAG)
    have=''
    for heir in "${@:2}"; do
      have+=$(tags_of "$heir" "$repository" TAG)$'\n'
    done
    while IFS= read -r tag; do
      [[ -z $tag ]] || grep -Fxq -- "$tag" <<<"$have" ||
        fail "$repository:$tag is only in $registry; import it before, or delete it"
    done <<<"$tags"
  done <<<"$repositories"
}

delete_registry() {
  local registry=$1 home=$2 found
  found=$(home_of "$registry" "$home")
  if [[ -z $found || $found == None ]]; then
    say "registry $registry is gone already"
    return
  fi
  [[ $found == "$home" ]] || fail "registry $registry is in $found, not in $home"
  check_copied "$registry" "${@:3}"
  run az acr delete --name "$registry" --yes
}
