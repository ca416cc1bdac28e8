package "one" {
  from = "inner"
}
