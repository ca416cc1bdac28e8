connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = input.key
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
}

input "key" { type = string }

mapping "people" {
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key = "number"
    map = {
      number = "person.number"
      name   = "person.name"
    }
  }
}
