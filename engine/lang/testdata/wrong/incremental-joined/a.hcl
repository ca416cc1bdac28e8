connection "here" {
  plugin = "file"
}

mapping "people" {
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  source "contract" {
    connection  = connection.here
    resource    = "contracts"
    on          = { person_id = "person.id" }
    incremental = true
    field "person_id" { path = "personId" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}
