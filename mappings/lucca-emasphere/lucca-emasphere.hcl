# Lucca → Emasphère: legal entities, the employees in them, and their days of
# absence, for dashboards. Every night, one way; only cancelled absences are ever
# deleted. The data of Lucca's page on this integration, the bank account among them
# but off. Emasphère publishes no API: its connector's README says what is assumed.

language = 1

integration "lucca-emasphere" {
  title     = { fr = "Emasphère", en = "EMAsphere" }
  publisher = "Emasphère"
  modules   = ["core-hr", "absences"]
  setup     = "contact-vendor"
  version   = "1.0.0"
  timezone  = "Europe/Paris"
}

plugin "lucca" { version = "~> 1.0" }
plugin "emasphere" { version = "~> 1.0" }

input "lucca_url" { type = string } # https://example.ilucca.net
input "emasphere_url" { type = string }

# The page lists "informations bancaires". A dashboard has no use for them, so they
# are neither asked of Lucca nor sent. True alone is refused: it takes a purpose, too.
input "with_bank" {
  type    = bool
  default = false
}

connection "lucca" {
  plugin  = "lucca"
  url     = input.lucca_url
  api_key = env("LUCCA_API_KEY")
}

connection "emasphere" {
  plugin     = "emasphere"
  url        = input.emasphere_url
  access_key = env("EMASPHERE_KEY") # a UUID, from your contact at Emasphère
}

mapping "legal_entities" {
  trigger { daily = "04:00" }
  shown_as = "entity.name"

  source "entity" {
    connection = connection.lucca
    resource   = "legal-units" # the companies, not the establishments

    field "id" { path = "id" }
    field "name" { path = "name" }
  }

  target "legal_entity" {
    connection = connection.emasphere
    resource   = "legal-entities"
    key        = "external_id"

    map = {
      external_id = "string(entity.id)" # not the name: a company that changes it stays the same
      name        = "entity.name"
    }
  }
}

mapping "employees" {
  trigger { daily = "04:00" }
  shown_as = "employee.first_name + ' ' + employee.last_name"

  source "employee" {
    connection = connection.lucca
    resource   = "users"
    # Absences of the last twelve months and the next three belong to people who
    # left meanwhile and to people who are still to come.
    include = ["future", "former"]

    field "id" { path = "id" }
    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "job_title" { path = "jobTitle" }
    field "department" { path = "department.name" }
    field "establishment" { path = "legalEntity.name" }         # so called by Lucca: it is the établissement
    field "legal_unit_id" { path = "legalEntity.legalUnit.id" } # and this is the legal entity it belongs to
    field "iban" {
      enabled = input.with_bank
      path    = "iban" # exists with Lucca Expenses alone; elsewhere the read says so
      class   = "bank"
    }
  }

  # Nothing is said here, so bank data goes nowhere. Your workspace says it:
  # package "lucca-emasphere" { … extend "employees" { purpose "bank" { why = { fr = "…", en = "…" } } } }
  purpose "bank" {
    why = { fr = "", en = "" }
  }

  target "employee" {
    connection = connection.emasphere
    resource   = "employees"
    key        = "external_id"

    map = {
      external_id   = "string(employee.id)" # the page names no join key, and a matricule is unique in one establishment alone: Lucca's own id
      last_name     = "employee.last_name"
      first_name    = "employee.first_name"
      job_title     = "employee.job_title"
      department    = "employee.department"
      establishment = "employee.establishment"
      legal_entity  = "linked('legal_entities', employee.legal_unit_id)"
      bank_account  = "employee.iban"
    }
  }
}

mapping "absences" {
  trigger { daily = "04:00" }
  shown_as = "string(leave.owner_id) + ' (' + leave.date.format('dd/MM/yyyy') + ')'"

  source "leave" {
    connection = connection.lucca
    resource   = "leaves"             # half-days
    group      = ["owner_id", "date"] # morning and afternoon are one day

    # What is fetched. A day that falls out of it with time stays at Emasphère: only
    # a cancellation removes one.
    window "date" {
      from = "today().addMonths(-12)"
      to   = "today().addMonths(3)"
    }

    field "owner_id" { path = "leavePeriod.ownerId" }
    field "date" { path = "date" }
    field "cancelled_at" { path = "cancellationDate" }
  }

  # The halves of that day which stand. A leave that was cancelled and entered anew
  # has another first day, and the cancelled one must not count.
  source "standing" {
    connection = connection.lucca
    resource   = "leaves"
    on         = { owner_id = "leave.owner_id", date = "leave.date" }
    many       = true
    where      = "empty(standing.cancelled_at)"
    window "date" {
      from = "today().addMonths(-12)"
      to   = "today().addMonths(3)"
    }

    field "owner_id" { path = "leavePeriod.ownerId" }
    field "date" { path = "date" }
    field "period_start" { path = "leavePeriod.startsOn" }
    field "cancelled_at" { path = "cancellationDate" }
  }

  # A day is cancelled when each of its halves is.
  removed {
    when = "leave.cancelled_at.all(c, filled(c))"
    do   = "delete"
  }

  target "absence" {
    connection = connection.emasphere
    resource   = "absences"
    key        = ["employee", "date"]

    map = {
      employee   = "linked('employees', leave.owner_id)"
      date       = "leave.date"                                  # "date de l'absence": the day
      start_date = "standing.map(half, half.period_start).min()" # "date de début de l'absence": the first day of its period
    }
  }
}
