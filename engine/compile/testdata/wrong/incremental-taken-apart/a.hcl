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
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
    field "projects" { path = "projects" }
  }

  each "project" {
    in = "person.projects"
    id = "project.code"
  }

  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    authority  = "source"
    map        = { number = "project.code", name = "person.name" }
  }
}
