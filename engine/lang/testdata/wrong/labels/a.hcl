connection {
  plugin = "file"
}

locals "x" {
}

input "a" "b" {
  type = string
}
