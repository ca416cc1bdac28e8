table "a" {
  values  = { M = "Mr", M = "Mr", F = [1] }
  unknown = "kep"
}
table "b" {}
table "c" {
  values   = {}
  from_csv = "x.csv"
}
