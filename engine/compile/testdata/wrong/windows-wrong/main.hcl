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
    window "signed" {
      from = "person.starts"
      to   = "12"
    }
    field "number" { path = "ownerId" }
    field "name" { path = "kind" }
    field "signed" { path = "signedAt" }
  }
  source "contract" {
    connection = connection.hr
    resource   = "contracts"
    on         = { owner = "person.number" }
    window "starts" {
      from = "person.number"
      to   = "12"
    }
    field "id" { path = "id" }
    field "owner" { path = "ownerId" }
    field "starts" { path = "startsOn" }
  }
  source "other" {
    connection = connection.hr
    resource   = "contracts"
    on         = { owner = "person.number" }
    window "strats" {
      from = "today()"
      to   = "today()"
    }
    field "id" { path = "id" }
    field "owner" { path = "ownerId" }
    field "starts" { path = "startsOn" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name"
      since = "coalesce(contract.starts, other.starts)"
    }
  }
}
