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
    authority   = "source"
    match {
      by = ["id"]
    }
  }
}
