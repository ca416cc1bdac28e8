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
  each "one" {
    in = "contracts"
    id = "one.tags"
  }
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "id" { path = "id" }
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
  }
  source "contracts" {
    connection = connection.hr
    resource   = "contracts"
    on         = { owner = "person.id" }
    many       = true
    field "tags" { path = "tags" }
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
      since = "one.starts"
    }
  }
}
