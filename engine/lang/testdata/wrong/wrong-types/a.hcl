integration "x" {
  publisher = 3
  modules   = "core-hr"
  version   = "one"
  title     = { de = "Titel" }
}

connection "here" {
  plugin = "file"
}

mapping "people" {
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" {
      path     = ["id"]
      required = "yes"
    }
    id = [1]
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
    required = true
  }
}
