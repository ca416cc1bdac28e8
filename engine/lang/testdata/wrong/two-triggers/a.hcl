connection "here" {
  plugin = "file"
}

mapping "people" {
  trigger {
    daily  = "02:00"
    manual = true
  }
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
  }
}
