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
    field "id" { path = "id" }
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
    field "a" { path = "mail.domain" }
    field "b" { path = "manager.mial" }
    field "c" { path = "department.ancestors.nmae" }
    field "d" { path = "manager.password" }
    field "e" { path = "manager.iban" }
    field "f" { path = "buildingId.site" }
    field "g" { path = "badgeId.color" }
    field "h" { path = "manager.lastName.initial" }
    field "i" {
      path = "department.ancestors.name"
      type = int
    }
    field "j" { path = "manger.mail" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name"
    }
  }
}
