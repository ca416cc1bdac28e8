
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
    field "name" { path = "lastName" }
  }
  target "badge" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    endpoint "create" {
      method = "POST"
      path   = "/badges"
      wrap   = "badge"
      body   = { number = "{number}" }
    }
    endpoint "update" {
      method = "POST"
      path   = "/badges/bulk"
      batch  = "array"
      wrap   = "badges" # around the list: no contradiction
      body   = { number = "{number}" }
    }
    map = {
      number = "person.number"
      name   = "person.name"
    }
  }
}
