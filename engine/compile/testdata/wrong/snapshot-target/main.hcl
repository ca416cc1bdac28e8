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
    when = "empty(person.number)"
    do   = "deactivate"
    back = "keep"
  }

  target "line" {
    connection = connection.badge
    resource   = "list"
    key        = "number"
    once        = ["number"]
    never_clear = ["number"]
    snapshot {
      held    = "last_line"
      sort_by = ["nubmer", "tags"]
    }
    field "number" { type = string }
    field "tags" { type = list(string) }

    map = { number = "person.number", tags = ["'a'"] }
  }
}
