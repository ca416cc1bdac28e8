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
    map        = { id = "person.id" }
    authority  = "target"
    match {
      confirm = ["id"]
    }
    match {
      by = []
    }
  }
}
