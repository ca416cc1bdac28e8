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
    resource   = "events"
    id = ["kin"]
    field "kind" { path = "kind" }
    field "list" {
      path = "list"
      type = list(string)
    }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key = "number"
    map = {
      number = "person.kind"
      name = "person.list[0]"
    }
  }
}
