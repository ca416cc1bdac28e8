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

  leavers {
    when = "filled(person.number) && person.number == '0'"
    do   = "delete"
  }

  target "line" {
    connection = connection.badge
    resource   = "list"
    key        = "number"
    snapshot {
      held    = "block"
      always  = true
      sort_by = ["number"]
    }
    field "number" { type = string }

    map = { number = "person.number" }
  }
}
