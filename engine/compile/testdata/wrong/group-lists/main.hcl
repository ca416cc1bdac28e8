integration "test" { timezone = "Europe/Paris" }

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
    resource   = "contracts"
    group      = ["number"]
    where      = "person.name == 'work'"
    field "number" { path = "ownerId" }
    field "name" { path = "kind" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name"
    }
  }
}
