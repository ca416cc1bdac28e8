# A field that only id names is used, and one that the connector never leaves
# empty needs no question in a condition.
connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = env("HR_KEY")
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
}

mapping "events" {
  source "event" {
    connection = connection.hr
    resource   = "events"
    id         = ["ref"]
    field "kind" { path = "kind" }
    field "ref" {
      path = "ref"
      type = string
    }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "event.kind"
      phone  = "event.kind"
      name   = "event.kind"
    }
  }
}

mapping "cards" {
  source "person" {
    connection = connection.hr
    resource   = "users"
    where      = "person.name != 'Test'"
    field "name" { path = "lastName" }
  }
  target "card" {
    connection = connection.badge
    resource   = "cards"
    key        = "number"
    map        = { number = "person.name" }
  }
}
