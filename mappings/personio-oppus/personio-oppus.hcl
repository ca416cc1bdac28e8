# Personio → Oppus: the employee profiles that Oppus writes contracts from, for
# companies whose files are kept in Personio. Started by hand, one way, never a
# delete. The number in Oppus is Personio's own id; a company that keeps numbers in
# an attribute of its own replaces that line in an extension.

language = 1

integration "personio-oppus" {
  title     = { fr = "Oppus par Lefebvre Dalloz", en = "Oppus by Lefebvre Dalloz" }
  publisher = "Oppus"
  modules   = ["core-hr"]
  setup     = "self-service"
  version   = "1.0.0"
  timezone  = "Europe/Paris"
}

plugin "personio" { version = "~> 1.0" }
plugin "oppus" { version = "~> 1.0" }

input "personio_url" {
  type    = string
  default = "https://api.personio.de"
}
input "personio_company" { type = string } # tells accounts apart, also once the credential is renewed
input "oppus_url" { type = string }

connection "personio" {
  plugin        = "personio"
  url           = input.personio_url
  company       = input.personio_company
  client_id     = env("PERSONIO_CLIENT_ID")
  client_secret = env("PERSONIO_CLIENT_SECRET")
  timezone      = "Europe/Paris"
}

connection "oppus" {
  plugin  = "oppus"
  url     = input.oppus_url
  api_key = env("OPPUS_API_KEY")
}

# Oppus knows two titles; whoever has none of them goes without.
table "civility" {
  values  = { MALE = "M.", FEMALE = "Mme", DIVERSE = "", UNKNOWN = "", UNDEFINED = "" }
  unknown = "hold"
}

mapping "employees" {
  trigger { manual = true }
  shown_as = "employee.first_name + ' ' + employee.last_name"

  source "employee" {
    connection = connection.personio
    resource   = "employees"

    field "number" { path = "id" }
    field "last_name" { path = "last_name" }
    field "first_name" { path = "first_name" }
    field "gender" { path = "gender" }
    field "email" { path = "email" }
    field "status" { path = "status" }
  }

  # Oppus has no way to switch a profile off: who is inactive gets none, and one
  # that is there stays as it is.
  leavers { when = "filled(employee.status) && employee.status == 'INACTIVE'" }

  target "profile" {
    connection = connection.oppus
    resource   = "employees"
    key        = "matricule"

    map = {
      matricule = "employee.number"
      nom       = "employee.last_name.upper()"
      prenom    = "employee.first_name"
      civilite  = "lookup('civility', employee.gender)"
      email     = "employee.email.lower()"
    }
  }
}
