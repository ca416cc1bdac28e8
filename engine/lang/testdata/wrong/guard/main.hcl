connection "here" {
  plugin = "file"
}

mapping "people" {
  guard {
    removals {
      at_most = ["5 percent", -1, true]
    }
    removals {
      at_most = 3
    }
    removal {
    }
    expect "the end of the season" {
      removals = "60"
      from     = "31/08/2027"
      until    = "2027-09-05"
    }
    expect "the end of the season" {
      removals = 60
      from     = "2027-09-05"
      until    = "2027-08-31"
    }
    expect "nothing" {
    }
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
