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
  shown_as = "person.birth"
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
    field "birth" { path = "birthDate" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key = "number"
    map = {
      number = "person.number"
      name   = "person.name"
      birth = "person.birth.format('dd/MM/yyyy')"
    }
  }
}
