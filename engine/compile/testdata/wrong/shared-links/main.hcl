connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = env("HR_KEY")
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
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
      head   = "string(event.head)"
    }
  }
}

mapping "zones" {
  source "event" {
    connection = connection.hr
    resource   = "events"
    id         = ["zone"]
    field "zone" {
      path = "zone"
      type = string
    }
  }
  target "team" {
    connection = connection.badge
    resource   = "cards"
    key        = "number"
    map        = { number = "event.zone" }
  }
}
