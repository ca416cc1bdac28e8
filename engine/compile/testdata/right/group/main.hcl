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
    where      = "size(person.kinds) > 0"
    window "starts" {
      from = "date(2026, 1, 1)"
      to   = "today()"
    }
    field "number" { path = "ownerId" }
    field "name" { path = "ownerId.lastName" }
    field "starts" { path = "startsOn" }
    field "kinds" { path = "kind" }
  }
  removed { when = "person.starts.all(d, filled(d))" }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name.join(' ')"
      tags = "person.kinds"
    }
  }
}
