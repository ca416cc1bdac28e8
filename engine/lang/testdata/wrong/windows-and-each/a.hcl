connection "here" {
  plugin = "file"
}

mapping "people" {
  each "person" {
    in = "contracts"
    id = "contract.id"
  }
  each "contract" {
    in = "contracts"
    id = "contract.id"
  }
  source "person" {
    connection = connection.here
    resource   = "people"
    group      = ["id"]
    window "date" { from = "today()" }
    window "end" {
      from = today()
      to   = ""
      days = 3
    }
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}
