table "a" { from_csv = "../outside.csv" }
table "b" { from_csv = "missing.csv" }
table "c" { from_csv = "three.csv" }
table "d" { from_csv = "latin1.csv" }
table "e" { from_csv = "empty.csv" }
table "f" { from_csv = "twice.csv" }
