locals { french = "dd/MM/yyyy" }
table "civility" { values = { a = "b" } }
input "site" { type = string }

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
    field "birth" { path = "birthDate" }
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
      birth   = "person.birth.format(local.frensh)"
      country = "lookup('civilty', person.name)"
      email   = "input.stie"
      phone   = "person.name.triim()"
      title   = "person.nane"
    }
  }
}
