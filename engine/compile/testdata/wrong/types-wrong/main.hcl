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
    field "birth" { path = "birthDate" }
    field "roles" { path = "roles.name" }
    field "active" { path = "active" }
    field "rate" { path = "rate" }
    field "level" { path = "level" }
    field "address" { path = "address" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key = "number"
    map = {
      number = "person.number"
      name   = "person.name"
      birth = "person.birth"
      phone = "person.roles"
      country = "person.active"
      email = "person.rate"
      admin = "person.level"
      tags = "person.level"
      since = "person.active"
      score = "person.rate"
      level = "person.roles"
      title = "person.address"
    }
  }
}
