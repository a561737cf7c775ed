# Sourced by check and check-fast. A lane is a list of claims that are checked one after the other; lanes run side by side.
claims=$(mktemp -d)
trap 'rm -rf "$claims"' EXIT

# claim <what holds> <command...>: runs the command, and prints its output only when it fails.
claim() {
  local text=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "ok    $text"
  else
    # One write, so that two lanes never mix their lines.
    printf 'FAIL  %s\n%s\n' "$text" "$(tail -n 60 <<<"$output")"
    : >"$claims/failed"
  fi
}

# lanes <function...>: runs the functions side by side. Fails when any claim fails, or when a lane ends early.
lanes() {
  local lane pids=() pid
  for lane in "$@"; do
    "$lane" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || : >"$claims/failed"; done
  [ ! -e "$claims/failed" ]
}
