connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = env("HR_KEY")
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
}

input "forgetting" { type = bool }

# No word at all: what the connector starts from counts.
mapping "silent" {
  leavers {
    when = "filled(person.active) && !person.active"
    do   = "delete"
  }
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "active" { path = "active" }
  }
  target "account" {
    connection = connection.badge
    resource   = "accounts"
    key        = "number"
    map        = { number = "person.number" }
  }
}

# The word is no.
mapping "refused" {
  leavers {
    when = "person.id == 0"
    do   = "keep"
    out  = "deactivate"
  }
  source "person" {
    connection = connection.hr
    resource   = "departments"
    field "id" { path = "id" }
    field "number" { path = "name" }
  }
  target "account" {
    connection = connection.badge
    resource   = "accounts"
    tidy       = false
    key        = "number"
    map        = { number = "person.number" }
  }
}

# Null is no word: the default, which is true, counts.
mapping "null" {
  leavers {
    when = "person.id == 0"
    do   = "keep"
    out  = "deactivate"
  }
  source "person" {
    connection = connection.hr
    resource   = "departments"
    field "id" { path = "id" }
    field "number" { path = "name" }
  }
  target "account" {
    connection = connection.badge
    resource   = "accounts"
    tidy       = false ? true : null
    key        = "number"
    map        = { number = "person.number" }
  }
}

# Not known before the run: the connector says it then.
mapping "perhaps" {
  leavers {
    when = "person.id == 0"
    do   = "delete"
  }
  source "person" {
    connection = connection.hr
    resource   = "contracts"
    field "id" { path = "id" }
    field "number" { path = "kind" }
  }
  target "account" {
    connection   = connection.badge
    resource     = "accounts"
    allow_delete = input.forgetting
    key          = "number"
    map          = { number = "person.number" }
  }
}

# Said.
mapping "meant" {
  leavers {
    when = "filled(person.kind)"
    do   = "delete"
  }
  source "person" {
    connection = connection.hr
    resource   = "events"
    id         = ["kind"]
    field "kind" {
      path = "kind"
      type = string
    }
  }
  target "account" {
    connection   = connection.badge
    resource     = "accounts"
    allow_delete = true
    key          = "number"
    map          = { number = "person.kind" }
  }
}

# Not said, and not needed: the connector starts from yes.
mapping "as_usual" {
  leavers {
    when = "filled(person.kind)"
    do   = "deactivate"
  }
  source "person" {
    connection = connection.hr
    resource   = "events"
    id         = ["kind"]
    field "kind" {
      path = "kind"
      type = string
    }
    field "other" {
      path = "other"
      type = string
    }
  }
  target "account" {
    connection = connection.badge
    resource   = "accounts"
    key        = "number"
    map        = { number = "person.other" }
  }
}
