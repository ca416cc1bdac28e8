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
    key = "number"
    field "nick" { type = string }
    map = {
      number = "person.number"
      name   = "person.name"
      admin = text("true")
      level = text("douze")
      since = text("2026-02-30")
      title = text("Mr")
      birth = true
      tags = 12
      phone = [true, 1]
      job = { start = 5, title = text("x") }
      email = { at = text("home") }
      score = 1.5
    }
  }
}
