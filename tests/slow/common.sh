# shellcheck shell=bash
# What the long tests of a search on PostgreSQL have in common. Sourced; $program and $trials are set.
# A folder of its own, $work, is the working folder, and goes at the end with all that was started.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
name=$(basename "$0")
say() { echo "$name: $*" >&2; }
# As NETSMITH_REQUIRE of the other tests.
missing() {
  say "skipped: missing: $*"
  [[ ${CI:-} != true ]] || exit 1
  exit 0
}
require() {
  local tool
  ((EUID == 0)) || missing "root"
  for tool in psql "$@"; do command -v "$tool" >/dev/null || missing "$tool (scripts/install-deps test slow)"; done
}

pids=()
searching= # the search that await watches
end_more() { :; } # for a test's own
cleanup() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  end_more
  "$root/tests/support/postgres_server" stop "$work/postgres" || true
  ((${keep:-0})) || rm -rf "$work"
}

begin() {
  program=$(realpath "$program")
  work=$(mktemp -d "/tmp/netsmith-$name-XXXXXX")
  chmod 755 "$work"
  cd "$work" || exit
  trap cleanup EXIT
}

# Sets $url, $pg_port and $pg_folder. With an address, unless it is empty, the server listens there too.
start_postgres() {
  "$root/tests/support/postgres_server" start "$work/postgres" "$1"
  [[ -s postgres ]] || missing "PostgreSQL (scripts/install-deps test)"
  read -r pg_host pg_port pg_folder <postgres
  export pg_folder
  url=postgresql://tester@$pg_host:$pg_port/studies
  psql --quiet --dbname="postgresql://tester@$pg_host:$pg_port/postgres" --command='CREATE DATABASE studies'
}
ask() { psql --quiet --no-align --tuples-only --dbname="$url" --command="$1"; }

# Sets $search, the command of a search whose evaluator trains nothing: a reward from trial and genome
# after SECONDS.
make_search() {
  cat >evaluator.py <<'END'
import json, sys, time, zlib
for line in sys.stdin:
    job = json.loads(line)
    time.sleep(float(sys.argv[1]))
    reward = zlib.crc32(json.dumps([job["trial"], job["genome"]]).encode()) / 2**32
    print(json.dumps({"trial": job["trial"], "reward": reward}), flush=True)
END
  search=("$program" search --data mnist --trials "$trials" --batch 8 --seed 4
    --study s --evaluator "/usr/bin/python3 $work/evaluator.py $1" --json --log-level warning)
}
search_alone() { "${search[@]}" --store "sqlite:///$work/alone.db" --workers 8 >alone.json; }

# Waits until so many trials are finished in the study of process $searching.
await() {
  local finished
  for _ in $(seq 1800); do
    finished=$(ask "SELECT count(*) FROM trials WHERE state <> 'RUNNING'" 2>/dev/null || echo 0)
    ((finished >= $1)) && return
    kill -0 "$searching" 2>/dev/null || { say "the search has ended"; return 1; }
    sleep 0.1
  done
  say "no $1 trials in three minutes"
  return 1
}

result() {
  /usr/bin/python3 -c '
import json, sys
r = json.loads(open(sys.argv[1]).readlines()[-1])
print(r["best"]["network"], r["best"]["reward"], r["trials"])' "$1"
}

# Expects the study of the search alone, its result in alone.json, in PostgreSQL, its result in FILE.
expect_same_study() {
  say "alone:    $(result alone.json)"
  say "together: $(result "$1")"
  [[ $(result alone.json) == "$(result "$1")" ]]
  [[ $(ask 'SELECT count(*), count(DISTINCT number) FROM trials') == "$trials|$trials" ]]
  # Rewards as PostgreSQL writes them: the shortest text that reads back the same.
  /usr/bin/python3 - alone.db >alone.trials <<'END'
import sqlite3, sys
for number, state, value in sqlite3.connect(sys.argv[1]).execute(
        "SELECT number, state, value FROM trials JOIN trial_values USING (trial_id) ORDER BY number"):
    print(number, state, value, sep="|")
END
  ask 'SELECT number, state, value FROM trials JOIN trial_values USING (trial_id) ORDER BY number' \
    >together.trials
  diff alone.trials together.trials
  say "attempts: $(ask "SELECT 'at most ' || max(attempt) || ', more than one for ' ||
    count(*) FILTER (WHERE attempt > 1) || ' trials' FROM netsmith_trials")"
  say "all $trials trials once, the same result"
}
