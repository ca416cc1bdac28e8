connection "here" {
  plugin = "file"
}

mapping "people" {
  source "input" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "1" }
  }
}
