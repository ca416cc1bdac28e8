integration "test" { timezone = "Europe/Paris" }

connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = env("HR_KEY")
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
}

mapping "people" {
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "id" { path = "id" }
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
    field "birth" { path = "birthDate" }
    field "projects" { path = "projects" }
    field "boss" { path = "manager.employeeNumber" }
  }
  source "contract" {
    connection = connection.hr
    resource   = "contracts"
    on         = {
      ownr   = "person.id"
      starts = "person.id"
      boss   = "person.boss"
      tags   = "person.number"
      id     = "person.projects"
      owner  = "contracts.id"
      kind   = "later.id"
    }
    where = "person.number == '1'"
    field "boss" { path = "ownerId.employeeNumber" }
    field "tags" { path = "tags" }
    field "kind" { path = "kind" }
    field "id" { path = "id" }
    field "owner" { path = "ownerId" }
    field "starts" { path = "startsOn" }
  }
  source "later" {
    connection = connection.hr
    resource   = "contracts"
    on         = { owner = "person.id" }
    field "id" { path = "id" }
    field "owner" { path = "ownerId" }
    field "starts" { path = "startsOn" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name"
      since = "person.birth"
    }
  }
}
