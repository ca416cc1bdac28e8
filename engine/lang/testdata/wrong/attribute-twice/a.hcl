connection "here" {
  plugin = "file"
  plugin = "rest"
}
