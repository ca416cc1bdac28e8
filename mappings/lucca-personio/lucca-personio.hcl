# Lucca → Personio: everybody who works, or will, has an account in Personio, and
# whoever has left is inactive there. People who are in Personio already are
# recognised by their address and last name; nobody is ever deleted.

language = 1

integration "lucca-personio" {
  title     = { fr = "Personio", en = "Personio" }
  publisher = "Personio"
  modules   = ["core-hr"]
  setup     = "self-service"
  version   = "1.0.0"
  timezone  = "Europe/Paris"
}

plugin "lucca" { version = "~> 1.0" }
plugin "personio" { version = "~> 1.0" }

input "lucca_url" { type = string } # https://example.ilucca.net
input "personio_url" {
  type    = string
  default = "https://api.personio.de"
}
input "personio_company" { type = string } # tells accounts apart, also once the credential is renewed

connection "lucca" {
  plugin  = "lucca"
  url     = input.lucca_url
  api_key = env("LUCCA_API_KEY")
}

connection "personio" {
  plugin        = "personio"
  url           = input.personio_url
  company       = input.personio_company
  client_id     = env("PERSONIO_CLIENT_ID")
  client_secret = env("PERSONIO_CLIENT_SECRET")
  timezone      = "Europe/Paris"
}

table "gender" {
  values  = { Male = "MALE", Female = "FEMALE" }
  unknown = text("UNKNOWN")
}

mapping "employees" {
  trigger { daily = "06:00" }
  shown_as = "employee.first_name + ' ' + employee.last_name"

  source "employee" {
    connection = connection.lucca
    resource   = "users"
    include    = ["future", "former"]

    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "email" { path = "mail" }
    field "gender" { path = "gender" }
    field "birth_date" { path = "birthDate" } # not sent: it tells people apart
    field "job_title" { path = "jobTitle" }
    field "department" { path = "department.name" }
    field "manager_id" { path = "manager.id" }
    field "contract_start" { path = "dtContractStart" }
    field "contract_end" { path = "dtContractEnd" }
  }

  # Hired again under a new Lucca id: the account is taken over, and switched on.
  # An id whose name and date of birth change at once waits for somebody's word.
  same_person = ["employee.last_name", "employee.birth_date"]

  leavers {
    when = "past(employee.contract_end)"
    do   = "deactivate"
    back = "reactivate"
  }

  require "an address" { # Personio knows people by it
    fields = ["employee.email"]
    before = ["create"]
    say    = { fr = "Pas encore d'adresse e-mail", en = "No e-mail address yet" }
  }

  target "person" {
    connection = connection.personio
    resource   = "employees"
    match {
      by      = ["email"]
      confirm = ["last_name"]
    }
    required  = ["first_name", "last_name", "hire_date"]
    once      = ["hire_date"] # at creation and at return: Personio's own corrections stay
    authority = "shared"      # what HR edits in Personio stays until it changes in Lucca

    map = {
      email      = "employee.email.lower()"
      first_name = "employee.first_name"
      last_name  = "employee.last_name"
      gender     = "lookup('gender', employee.gender)"
      position   = "employee.job_title"
      department = "employee.department" # by its name; one that Personio lacks is listed, and the person goes without
      supervisor = "linked('employees', employee.manager_id)"
      hire_date  = "employee.contract_start"
      type       = text("INTERNAL")
      language   = text("fr")
    }
  }

  guard {
    creates { at_most = [5, "10%"] } # Personio is paid by the head
  }
}
