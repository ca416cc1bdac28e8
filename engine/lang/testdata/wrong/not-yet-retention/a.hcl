retention {
  runs = "13 months"
}
