input "with_bank" { type = bool }
input "words" { type = string }

connection "here" {
  plugin = "file"
}

mapping "people" {
  enabled = input.words

  source "person" {
    connection = connection.here
    resource   = "people"
    enabled    = input.with_bnak

    field "id" { path = "id" }
    field "iban" {
      path    = "iban"
      enabled = [input.with_bank]
    }
    section "Formation" {
      enabled = person.trained
      field "diploma" {
        path = "diploma"
        type = string
      }
    }
  }

  target "file" {
    connection = connection.here
    resource   = "lines"
    key        = "id"
    map        = { id = "person.id", iban = "person.iban", diploma = "person.diploma" }
  }
}
