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
  same_person = ["person.nmae", "person.name"]

  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    match {
      by      = ["mail"]
      confirm = ["naem"]
    }
    map = {
      number = "person.number"
      name   = "person.name"
    }
  }
}
