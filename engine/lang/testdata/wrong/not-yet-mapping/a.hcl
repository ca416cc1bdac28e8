connection "here" {
  plugin = "file"
}

mapping "people" {
  same_person = ["person.id"]
  guard {
    identity {
      at_most = "5%"
    }
  }
  review = true
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
