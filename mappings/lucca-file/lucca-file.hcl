# Lucca → a flat file for payroll: one line for each person who is present or to
# come, as payroll programs import it. Started by hand, or by cron as often as
# payroll wants it; it is written anew only when something changed.
#
# The file is read as "this is everybody": who is not in it is not paid. So it is
# put in place at once or not at all, a person who is held back keeps his last
# line for seven days, and nobody leaves it but by the end of his contract.

language = 1

integration "lucca-file" {
  title     = { fr = "Fichier plat pour la paie", en = "Flat file for payroll" }
  publisher = "Passerelle"
  modules   = ["core-hr"]
  setup     = "self-service"
  version   = "1.0.0"
  timezone  = "Europe/Paris"
}

plugin "lucca" { version = "~> 1.0" }
plugin "file" { version = "~> 1.0" }

input "lucca_url" { type = string } # https://example.ilucca.net
input "file_path" { type = string } # /srv/payroll/people.csv; a relative one starts where engine is run

# "utf-8" with its mark, which spreadsheets and recent programs read. For an older
# program that knows no accents else: "windows-1252". A letter that it lacks (ł, ș)
# then holds that person back, by name.
input "file_encoding" {
  type    = string
  default = "utf-8"
}

# What the program takes as a full month, the same for everybody: 35 hours a week.
input "monthly_hours" {
  type    = decimal
  default = 151.67
}

connection "lucca" {
  plugin  = "lucca"
  url     = input.lucca_url
  api_key = env("LUCCA_API_KEY")
}

# Over SFTP instead of path: url = "sftp://host/folder/people.csv", host_key, user,
# and password or private_key.
connection "payroll" {
  plugin = "file"
  path   = input.file_path
}

# What Lucca calls a civility differs between tenants and between versions of its
# API. One that is not here holds the person back rather than guessing.
table "civility" {
  values = {
    "M."   = "M."
    Mr     = "M."
    Mister = "M."
    mister = "M."
    "Mme"  = "Mme"
    Miss   = "Mme"
    miss   = "Mme"
    misses = "Mme"
  }
  unknown = "hold"
}

mapping "people" {
  trigger { manual = true }
  shown_as = "employee.first_name + ' ' + employee.last_name"

  source "employee" {
    connection = connection.lucca
    resource   = "users"
    # Who has left must be read, too: an end of contract is a fact, and somebody
    # who is merely no longer read keeps his line.
    include = ["future", "former"]

    field "matricule" { path = "employeeNumber" }
    field "civility" { path = "civilTitle" }
    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "birth_date" { path = "birthDate" }
    field "email" { path = "mail" }
    field "establishment" { path = "legalEntity.name" }
    field "contract_start" { path = "dtContractStart" }
    field "contract_end" { path = "dtContractEnd" }
  }

  # From the day after his last one, his line is no longer in the file. Many at
  # once are asked about first.
  leavers {
    when = "past(employee.contract_end)"
    do   = "delete"
  }

  target "line" {
    connection = connection.payroll
    resource   = "rows"
    key        = "Matricule"
    required   = ["Matricule", "Nom", "Prénom"]

    # Exactly these columns in this order, with names as the program wants them.
    columns     = ["Matricule", "Civilité", "Nom", "Prénom", "Né(e) le", "E-mail", "Établissement", "Début de contrat", "Fin de contrat", "Heures mensuelles"]
    encoding    = input.file_encoding
    bom         = input.file_encoding == "utf-8"
    separator   = ";"
    decimal     = ","
    date_format = "dd/MM/yyyy"

    snapshot {
      held    = "last_good" # or "block": no file rather than one with somebody's last line
      sort_by = ["Matricule"]
    }

    field "Matricule" { type = string } # text: 00057 keeps its zeros
    field "Civilité" { type = string }
    field "Nom" { type = string }
    field "Prénom" { type = string }
    field "Né(e) le" { type = date }
    field "E-mail" { type = string }
    field "Établissement" { type = string }
    field "Début de contrat" { type = date }
    field "Fin de contrat" { type = date }
    field "Heures mensuelles" { type = decimal }

    map = {
      Matricule           = "employee.matricule"
      "Civilité"          = "lookup('civility', employee.civility)"
      Nom                 = "employee.last_name.upper()"
      "Prénom"            = "employee.first_name"
      "Né(e) le"          = "employee.birth_date"
      "E-mail"            = "employee.email"
      "Établissement"     = "employee.establishment"
      "Début de contrat"  = "employee.contract_start"
      "Fin de contrat"    = "employee.contract_end"
      "Heures mensuelles" = input.monthly_hours
    }
  }
}
