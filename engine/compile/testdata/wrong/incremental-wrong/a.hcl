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
    connection  = connection.hr
    resource    = "users"
    incremental = true
    field "id" { path = "id" }
    field "number" { path = "employeeNumber" }
    field "end" { path = "birthDate" }
  }

  source "boss" {
    connection = connection.hr
    resource   = "users"
    on         = { id = "person.id" }
    field "id" { path = "id" }
    field "name" { path = "lastName" }
  }

  leavers {
    when = "past(person.end)"
    do   = "delete"
  }

  target "line" {
    connection = connection.badge
    resource   = "list"
    key        = "number"
    field "number" { type = string }
    field "name" { type = string }
    map = {
      number = "person.number"
      name   = "boss.name"
    }
  }
}
