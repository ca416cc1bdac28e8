package "shipped" {
  from    = "inner"
  version = "~> 2.0"
  inputs  = { lucca_ur = "x", with_bank = "perhaps" }
}
