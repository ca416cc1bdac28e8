package "shipped" {
  from = "no/where"
}
