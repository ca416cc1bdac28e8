connection "hr" { plugin = "hr" }
table "t" { values = { a = "b", a = "c" } }
table "t" { values = {} }

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
    field "name" { path = "firstName" }
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
  }

  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    field "floor" { type = int }
    field "floor" { type = int }
    map = {
      number = "person.number"
      name   = "person.name"
      name  = "person.name"
      floor = 3
    }
  }
}
