mapping "people" {
  enabled = "yes"

  source "person" {
    connection = connection.here
    resource   = "people"

    field "id" {
      path    = "id"
      enabled = "input.with_bank"
    }
    section "Formation" {
      enabled = null
    }
  }
}
