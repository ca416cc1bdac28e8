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
    in = "person.name"
    id = "one.id"
  }
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "id" { path = "id" }
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name"
    }
  }
}
