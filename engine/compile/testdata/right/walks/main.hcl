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
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
    field "boss" { path = "manager.mail" }
    field "boss_id" { path = "manager.id" }
    field "boss2" { path = "manager.manager.phone" }
    field "branch" { path = "department.ancestors.name" }
    field "team" { path = "department.name" }
    field "head" { path = "department.head.title" }
    field "typed" {
      path = "manager.birthDate"
      type = string
    }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name"
      email   = "person.boss"
      phone   = "person.boss2 + string(person.boss_id)"
      tags    = "person.branch"
      country = "person.team + person.head + person.typed"
    }
  }
}
