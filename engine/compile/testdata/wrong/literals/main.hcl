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
      country = "'not closed"
      phone   = "person.name.matches('[')"
      email   = "person..name"
      birth   = "date('2026-13-01', 'yyyy-MM-dd').format('Q')"
      score   = "decimal('1,5')"
      level   = "int('x') + 99999999999999999999"
      title   = "person.name =~ 'x'"
      tags    = "[1, 'a'"
      since   = "timestamp('yesterday')"
    }
  }
}
