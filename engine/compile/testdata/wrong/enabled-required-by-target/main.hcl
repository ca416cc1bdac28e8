input "named" { type = bool }
input "titled" { type = bool }

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
    field "name" {
      path    = "lastName"
      enabled = input.named
    }
    field "title" {
      path    = "title"
      enabled = input.titled
    }
  }

  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    endpoint "update" {
      fields = ["title"]
      method = "PUT"
      path   = "/people/{id}/title"
    }
    map = {
      number = "person.number"
      name   = "person.name"
      title = "person.title"
    }
  }
}
