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
    resource   = "users"
    field "id" { path = "id" }
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
  }
  source "contract" {
    connection = connection.hr
    resource   = "contracts"
    on         = { owner = "person.id" }
    where      = "contract.kind.orValue('none') == 'work'"
    field "kind" { path = "kind" }
    field "boss" { path = "ownerId.manager.mail" }
    field "owner" { path = "ownerId" }
    field "starts" { path = "startsOn" }
  }
  source "contracts" {
    connection = connection.hr
    resource   = "contracts"
    on         = { owner = "person.id" }
    many       = true
    window "starts" {
      from = "today().addMonths(-12)"
      to   = "today()"
    }
    field "id" { path = "id" }
    field "owner" { path = "ownerId" }
    field "starts" { path = "startsOn" }
  }
  require "a contract" {
    fields = ["contract.starts", "contract.boss"]
  }
  leavers { when = "empty(contract)" }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name"
      since = "contract.starts"
      level = "size(contracts.filter(c, filled(c.id)))"
    }
  }
}
