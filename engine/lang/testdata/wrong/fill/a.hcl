connection "here" {
  plugin = "file"
}

mapping "people" {
  source "person" {
    connection = connection.here
    resource   = "people"
    field "iban" {
      path = "iban"
      fill = "95 percent"
    }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}
