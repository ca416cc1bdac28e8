connection "here" {
  plugin = "file"
}

mapping "people" {
  same_person = ["person.id"]
  leavers {
    when = "past(person.end)"
  }
  guard {
  }
  purpose "bank" {
  }
  require "x" {
  }
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
