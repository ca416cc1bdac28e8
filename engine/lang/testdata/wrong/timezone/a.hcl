integration "x" {
  timezone = "Europe/Pari"
}
