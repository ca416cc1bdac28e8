# What the scripts share: . $LIB
set -u
MAP=$REPO/mappings/lucca-oppus

fail() { echo "FAILED: $*" >&2; exit 1; }

# expect CODE COMMAND...: the command must end with that code; what it said is in
# out and err.
expect() {
  want=$1; shift
  "$@" >out 2>err && got=0 || got=$?
  [ $got = $want ] || { cat out err >&2; fail "$* ended with $got, want $want"; }
}

says() { grep -q -e "$1" out || { cat out err >&2; fail "stdout does not say: $1"; }; }
complains() { grep -q -e "$1" err || { cat out err >&2; fail "stderr does not say: $1"; }; }

# writes counts what the target was ever sent; held counts whom it holds.
writes() { sandbox ask oppus/received | grep -c '"method"' || true; }
held() { sandbox ask oppus/employees | grep -c '"matricule"' || true; }

# matricules of the target that occur twice.
twice() { sandbox ask oppus/employees | sed -n 's/^ *"matricule": //p' | sort | uniq -d; }

# fault '"side":…' adds one; faultless takes all away.
fault() { sandbox ask faults "{$1}" >/dev/null || fail "no such fault: $1"; }
faultless() { sandbox ask -X DELETE faults >/dev/null; }

# nth N: the id of a person at the source whose file is sound.
nth() { sandbox ask lucca/employees | sed -n 's/^ *"id": \([0-9]*\),*$/\1/p' | sed -n "$1p"; }

# person FIELD ID: what the source has.
person() { sandbox ask lucca/employees | sed -n "/^    \"id\": $2,/,/^  }/s/^ *\"$1\": \"\(.*\)\",*$/\1/p"; }

# until COMMAND...: waits for it to succeed, half a minute at most.
until_true() {
  tries=0
  until "$@" 2>/dev/null; do
    tries=$((tries + 1)); [ $tries -lt 600 ] || fail "waited in vain: $*"
    sleep 0.05
  done
}

# steady makes text the same wherever and whenever it was written. Paragraphs
# become one line each: how they break depends on the length of paths.
steady() {
  awk '
    function flush() { if (open) print text; open = 0 }
    /^  [^ ]/ && !/│/ { if (open) text = text " " substr($0, 3); else { text = $0; open = 1 }; next }
    { flush(); print }
    END { flush() }' |
  sed -e "s#$REPO#REPO#g" -e "s#$WORK#WORK#g" -e "s#$BIN#BIN#g" \
    -e 's#127\.0\.0\.1:[0-9][0-9]*#HOST#g' \
    -e 's/".*" on ".*" has had it since [^ ]*, with process [0-9]* running/USER on HOST has had it since TIME, with process N running/'
}

# dated takes the ids of runs out.
dated() { sed 's/Run 20[0-9][0-9]-[0-9-]*[0-9]/Run ID/'; }

# staff N [AWK]: staff.csv with N people, each line changed by an awk program over
# its fields: id, matricule, nom, prenom, ne_le, parti.
staff() {
  awk -v n=$1 'BEGIN { print "id;matricule;nom;prenom;ne_le;parti"; for (i = 1; i <= n; i++) printf "source-%05d;M%05d;Nom%d;Prénom%d;1990-01-%02d;\n", i, i, i, i, i % 28 + 1 }' </dev/null |
    awk -F ';' -v OFS=';' "NR > 1 { ${2:-} } { print }" >staff.new && mv staff.new staff.csv
}

# run_id is of the run that was shown last.
run_id() { sed -n 's/^  Run \(.*\)\.$/\1/p' out; }

# asked COMMAND...: somebody sits at the terminal that ttyin gave, and sees the
# questions in asked.
asked() { "$@" >out 2>/dev/tty </dev/tty && got=0 || got=$?; }
