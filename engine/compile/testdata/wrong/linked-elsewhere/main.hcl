connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = env("HR_KEY")
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
}

connection "other" {
  plugin = "badge"
  url    = "https://other.example"
}

mapping "people" {
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "last" { path = "lastName" }
    field "manager_id" { path = "manager.id" }
    field "born" { path = "birthDate" }
    field "level" { path = "level" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    field "chef" { type = string }
    map = {
      number = "person.number"
      name   = "person.last"
      birth  = "person.born.format('dd/MM/yyyy')"
      level  = "person.level"
      chef   = "linked('doors', person.manager_id)"
      team   = "linked('people', person.manager_id)"
    }
  }
}

mapping "doors" {
  source "event" {
    connection = connection.hr
    resource   = "events"
    id         = ["kind", "place"]
    field "kind" { path = "kind" }
    field "place" {
      path = "place"
      type = string
    }
  }
  target "door" {
    connection = connection.other
    resource   = "cards"
    key        = "number"
    map        = { number = "event.place" }
  }
}
