# Lucca → Oppus: the employee profiles that Oppus writes contracts from.
# Started by hand, one way, never a delete. The eight fields of Lucca's page on
# this integration; a workspace of yours may extend it (examples/lucca-oppus-extended).

language = 1

integration "lucca-oppus" {
  title     = { fr = "Oppus par Lefebvre Dalloz", en = "Oppus by Lefebvre Dalloz" }
  publisher = "Oppus"
  modules   = ["core-hr"]
  setup     = "self-service"
  version   = "1.0.0"
  timezone  = "Europe/Paris"
}

plugin "lucca" { version = "~> 1.0" }
plugin "oppus" { version = "~> 1.0" }

input "lucca_url" { type = string } # https://example.ilucca.net
input "oppus_url" { type = string }

connection "lucca" {
  plugin  = "lucca"
  url     = input.lucca_url
  api_key = env("LUCCA_API_KEY")
}

connection "oppus" {
  plugin  = "oppus"
  url     = input.oppus_url
  api_key = env("OPPUS_API_KEY")
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

mapping "employees" {
  trigger { manual = true }
  shown_as = "employee.first_name + ' ' + employee.last_name"

  source "employee" {
    connection = connection.lucca
    resource   = "users"
    include    = ["future"] # a contract is written before the first day

    field "matricule" { path = "employeeNumber" }
    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "civility" { path = "civilTitle" }
    field "nationality" { path = "nationality.name" }
    field "birth_date" { path = "birthDate" }
    field "email" { path = "mail" }
    field "landline" { path = "directLine" }
  }

  target "profile" {
    connection = connection.oppus
    resource   = "employees"
    key        = "matricule"
    required   = ["matricule", "nom", "prenom"]

    map = {
      matricule      = "employee.matricule"
      nom            = "employee.last_name.upper()"
      prenom         = "employee.first_name"
      civilite       = "lookup('civility', employee.civility)"
      nationalite    = "country(employee.nationality, 'alpha2')"
      date_naissance = "employee.birth_date.format('dd/MM/yyyy')"
      email          = "employee.email"
      telephone_fixe = "employee.landline.phone('FR', 'e164')" # most people have none; that is no error
    }
  }
}
