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
  purpose "bnak" { why = "Salaries" }

  source "person" {
    connection = connection.hr
    resource   = "users"
    field "iban" { path = "iban" }
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
      iban = "person.iban"
    }
  }
}
