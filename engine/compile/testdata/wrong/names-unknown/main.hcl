connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = env("HR_KEY")
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
}

input "sites" {
  type    = list(string)
  default = []
}
locals { french = "dd/MM/yyyy" }

mapping "people" {
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
    where = "person.name in input.site"
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key = "number"
    map = {
      number = "person.number"
      name   = "person.name"
      phone = "local.frensh + prson.name"
      email = text(input.nowhere)
    }
  }
}
