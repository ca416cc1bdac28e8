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
  }

  target "line" {
    connection = connection.badge
    resource   = "list"
    key        = "number"
    field "number" { type = string }

    map = { number = "person.number" }
  }
}

mapping "others" {
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
  }

  target "line" {
    connection = connection.badge
    resource   = "list"
    key        = "code"
    field "code" { type = string }

    map = { code = "person.number" }
  }
}
