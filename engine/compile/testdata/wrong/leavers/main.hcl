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
  leavers {
    when = "person.level"
    do   = "delete"
    gone = "deactivate"
    out  = "deactivate"
  }

  require "payroll" {
    fields = ["person.nmae", "name"]
  }
  require "level" {
    that = "person.level > 'x'"
  }

  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
    field "level" { path = "level" }
  }

  target "card" {
    connection  = connection.badge
    resource    = "people"
    key         = "number"
    once        = ["nam"]
    never_clear = ["phone"]
    map = {
      number = "person.number"
      name   = "person.name"
    }
  }
}
