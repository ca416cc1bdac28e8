connection "here" {
  plugin = "file"
}

mapping "people" {
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" {
      path  = ""
      class = "banc"
      sharp = "mail"
    }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
    endpoint "upsert" {
      method    = "POTS"
      batch     = "all"
      success   = [200, 20]
      clear     = "nul"
      reconcile = "look-up"
    }
  }
}
