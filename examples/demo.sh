#!/bin/sh
# The main job, on a sandbox of its own: several hundred employees from Lucca to
# Oppus, again with nothing left to do, then with a section of the employee file
# that the mapping did not know before. Leaves nothing behind.
set -eu
cd "$(dirname "$0")/.."

if [ "${1:-}" != "inside" ]; then
	exec bin/sandbox run -- "$0" inside
fi

state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
ENGINE_LEDGER=$state/ledger.db
ENGINE_KEY=$(od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n')
export ENGINE_LEDGER ENGINE_KEY

say() { printf '\n━━ %s\n\n' "$*"; }

# Exit 4 says that somebody is held back, by name and with a reason; everybody
# else was written. The sandbox has three such people, on purpose.
engine() { bin/engine "$@" || [ $? -eq 4 ]; }

say "engine run mappings/lucca-oppus"
engine run mappings/lucca-oppus

say "Again: nothing is left to do"
engine run mappings/lucca-oppus

say "A section of the employee file, added in HCL; nothing is built"
engine run examples/lucca-oppus-extended

say "What Oppus holds now, its second profile for one"
bin/sandbox ask oppus/employees >"$state/profiles"
sed -n '12,22p' "$state/profiles"
