package "shipped" {
  from   = "inner"
  inputs = { with_bank = "perhaps" }
}
