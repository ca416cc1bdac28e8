# The smallest mapping that is of use: one file in, another out.

integration "first" { timezone = "Europe/Paris" }

connection "staff" {
  plugin = "file"
  path   = "staff.csv"
}

connection "payroll" {
  plugin = "file"
  path   = "payroll.csv"
}

mapping "people" {
  shown_as = "person.first_name + ' ' + person.last_name"

  source "person" {
    connection  = connection.staff
    resource    = "rows"
    id          = ["number"] # a file does not say what identifies a line: you do
    dates       = ["born"]
    date_format = "dd/MM/yyyy"

    field "number" {
      path = "number"
      type = string # text: 00057 keeps its zeros
    }
    field "first_name" {
      path = "first_name"
      type = string
    }
    field "last_name" {
      path = "last_name"
      type = string
    }
    field "born" {
      path     = "born"
      type     = date
      required = true # without it the person is held back, and the others go on
    }
  }

  target "line" {
    connection = connection.payroll
    resource   = "rows"
    key        = "Matricule"

    field "Matricule" { type = string }
    field "Nom" { type = string }
    field "Naissance" { type = date }

    map = {
      Matricule = "person.number" # a quoted string is CEL
      Nom       = "person.last_name.upper() + ' ' + person.first_name"
      Naissance = "person.born"
    }
  }
}
