package "two" {
  from = "../inner"
}
