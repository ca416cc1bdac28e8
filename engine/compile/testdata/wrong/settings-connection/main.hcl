connection "hr" {
  plugin     = "hr"
  ulr        = "https://hr.example"
  api_key    = env("HR_KEY")
  page_size  = "100"
  region     = "europ"
  timeout    = "30"
  timezone   = "Paris"
  labels     = { a = 1 }
  rate_limit = "fast"
  colour     = "red"
}

connection "badge" {
  plugin     = "badge"
  url        = "https://badge.example"
  rate_limit = "5/s"
}

mapping "people" {
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key = "number"
    map = {
      number = "person.number"
      name   = "person.name"
    }
  }
}
