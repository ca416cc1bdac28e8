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
  same_person = ["person.nmber", "person.number"]
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
  }

  target "line" {
    connection = connection.badge
    resource   = "list"
    authority  = "source"
    match {
      by      = ["number"]
      confirm = ["nubmer"]
    }
    field "number" { type = string }

    map = { number = "person.number" }
  }
}
