connection "here" {
  plugin = "file"
}

mapping "people" {
  each "in" {
  }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
    window "id" {
    }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}
