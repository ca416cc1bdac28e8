# People have a team and teams a head: what closes the circle is a mapping of its own.
connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = env("HR_KEY")
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
}


mapping "heads" {
  source "event" {
    connection = connection.hr
    resource   = "events"
    id         = ["kind"]
    field "kind" { path = "kind" }
    field "head" {
      path = "head"
      type = int
    }
  }
  target "team" {
    connection = connection.badge
    resource   = "cards"
    key        = "number"
    field "head" { type = string }
    map = {
      number = "event.kind"
      head   = "linked('people', event.head)"
    }
  }
}

mapping "people" {
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "last" { path = "lastName" }
    field "manager_id" { path = "manager.id" }
    field "team" { path = "title" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    field "chef" { type = string }
    field "floor.chief" { type = int }
    map = {
      number = "person.number"
      name   = "person.last"
      chef   = "linked('people', person.manager_id)"
      floor  = { chief = "linked('people', person.number == '' ? null : person.manager_id)" }
      team   = "linked('teams', person.team)"
    }
  }
}

mapping "teams" {
  enabled = false
  source "event" {
    connection = connection.hr
    resource   = "events"
    id         = ["kind"]
    field "kind" { path = "kind" }
  }
  target "team" {
    connection = connection.badge
    resource   = "cards"
    key        = "number"
    map = {
      number = "event.kind"
    }
  }
}
