integration "x" { timezone = "Europe/Paris" }

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
  leavers { when = "person.birth + 1 > today()" }
  require "x" { that = "!person.level" }
  require "y" { that = "person.birth < '2026-01-01'" }

  source "person" {
    connection = connection.hr
    resource   = "users"
    field "birth" { path = "birthDate" }
    field "level" { path = "level" }
    field "rate" { path = "rate" }
    field "active" { path = "active" }
    where = "person.level = 3"
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
      birth   = "person.birth + ' '"
      country = "person.level ? 'a' : 'b'"
      phone   = "person.active ? 'a' : 3"
      score   = "person.rate % 2"
      level   = "person.level in 3"
      title   = "person.name[0]"
      tags    = "person.name.map(x, x)"
      email   = "person.active && person.name"
    }
  }
}
