connection "here" {
  plugin = "file"
}

mapping "people" {
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
    endpoint "update" {
      method = "PUT"
    }
    endpoint "update" {
      method = "PATCH"
    }
  }
}
