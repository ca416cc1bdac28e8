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
    snapshot {
      held    = "block"
      always  = true
      sort_by = ["nubmer", "tags"]
    }
    field "number" { type = string }
    field "tags" { type = list(string) }

    map = { number = "person.number", tags = ["'a'"] }
  }
}
