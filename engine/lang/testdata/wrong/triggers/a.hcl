mapping "m0" {
  trigger { daily = "2:00" }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}

mapping "m1" {
  trigger { every = "15" }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}

mapping "m2" {
  trigger { monthly = 32 }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}

mapping "m3" {
  trigger { cron = "0 2 * *" }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}

mapping "m4" {
  trigger { manual = false }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}

mapping "m5" {
  trigger {  }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}

mapping "m6" {
  trigger { monthly = "25" }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}
connection "here" {
  plugin = "file"
}

mapping "zoned" {
  trigger { cron = "TZ=UTC 0 2 * * *" }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}

mapping "half_zoned" {
  trigger { cron = "CRON_TZ=x" }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}

mapping "never" {
  trigger { cron = "0 2 30 2 *" }
  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}
