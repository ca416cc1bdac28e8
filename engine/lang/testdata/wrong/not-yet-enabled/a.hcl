input "with_bank" {
  type = bool
}

connection "here" {
  plugin = "file"
}

mapping "people" {
  source "person" {
    connection = connection.here
    resource   = "people"
    field "iban" {
      path    = "iban"
      enabled = input.with_bank
      fill    = "95%"
    }
    section "Bank" {
      enabled = false
    }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id" }
  }
}
