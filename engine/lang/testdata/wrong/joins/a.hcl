connection "here" {
  plugin = "file"
}

mapping "people" {
  source "person" {
    connection = connection.here
    resource   = "people"
    on         = { id = "contract.id" }
    many       = true
    field "id" { path = "id" }
  }
  source "contract" {
    connection = connection.here
    resource   = "contracts"
    on         = "person.id"
    group      = ["owner"]
    id         = ["owner"]
    field "owner" { path = "owner" }
  }
  source "badge" {
    connection = connection.here
    resource   = "badges"
    on         = { owner = "" }
    many       = "yes"
    field "owner" { path = "owner" }
  }
  source "phone" {
    connection = connection.here
    resource   = "phones"
    on         = {}
    field "owner" { path = "owner" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}
