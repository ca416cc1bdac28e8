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
    field "last" { path = "lastName" }
    field "manager_id" { path = "manager.id" }
    field "born" { path = "birthDate" }
    field "level" { path = "level" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.last"
      birth  = "person.born.format('dd/MM/yyyy')"
      level  = "person.level"
      team   = "linked('teams', person.manager_id)"
    }
  }
}

mapping "teams" {
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

mapping "a" {
  after = [mapping.b]
  source "event" {
    connection = connection.hr
    resource   = "events"
    id         = ["kind"]
    field "kind" { path = "kind" }
  }
  target "x" {
    connection = connection.badge
    resource   = "cards"
    key        = "number"
    map        = { number = "event.kind" }
  }
}

mapping "b" {
  after = [mapping.a]
  source "event" {
    connection = connection.hr
    resource   = "events"
    id         = ["kind"]
    field "kind" { path = "kind" }
  }
  target "x" {
    connection = connection.badge
    resource   = "cards"
    key        = "number"
    map        = { number = "event.kind" }
  }
}
