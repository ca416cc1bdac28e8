fieldset "who" {
  field "id" { path = "id" }
}

connection "here" {
  plugin = "file"
}

mapping "people" {
  source "person" {
    connection = connection.here
    resource   = "people"
    use = [fieldset.who]
    section "Formation" {
      field "diploma" { path = "a" }
    }
    field "diploma" { path = "b" }
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}
