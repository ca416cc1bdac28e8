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
    field "manager_id" { path = "manager.id" }
  }
  target "line" {
    connection = connection.badge
    resource   = "list"
    key        = "number"
    field "number" { type = string }
    field "chef" { type = string }
    map = {
      number = "person.number"
      chef   = "linked('people', person.manager_id)"
    }
  }
}
