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

input "contracts" { type = bool }

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
    enabled    = input.contracts
    on         = { owner = "person.id" }
    where      = "contract.kind.orValue('none') == 'work'"
    field "owner" { path = "ownerId" }
    field "kind" { path = "kind" }
    field "starts" { path = "startsOn" }
  }
  source "boss" {
    connection = connection.hr
    resource   = "users"
    on         = { id = "contract.owner" }
    field "id" { path = "id" }
  }
  leavers { when = "empty(contract)" }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name"
      since  = "contract.starts"
    }
  }
}
