connection "here" {
  plugin = 
}
