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
    resource    = "departments"
    incremental = true
    field "number" { path = "name" }
    field "name" { path = "name" }
  }

  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map        = { number = "person.number", name = "person.name" }
  }
}
