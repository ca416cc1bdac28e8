package "one" {
  from = "inner"
  extend "peple" {
  }
  extend "people" {
    source "persn" {
      field "x" { path = "x" }
    }
    source "person" {
      use        = [fieldset.nope]
      connection = connection.here
      field "x" { path = "x" }
      field "x" { path = "y" }
    }
    target "files" {
    }
    leavers {
    }
  }
}
