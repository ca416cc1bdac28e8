# Who has left is a fact written in the record, never an absence: a list that was
# cut short deactivates nobody. A few leavers are an ordinary day; many at once wait
# for somebody's word.

integration "leavers" { timezone = "Europe/Paris" } # where the day after the last one begins

input "lucca_url" { type = string }
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

mapping "people" {
  shown_as = "person.first_name + ' ' + person.last_name" # how approvals name people

  source "person" {
    connection = connection.lucca
    resource   = "users"
    include    = ["former"]

    field "number" { path = "employeeNumber" }
    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "email" { path = "mail" }
    field "contract_end" { path = "dtContractEnd" }
  }

  # Wanted, but not ready yet: the person waits, by name. That is no error.
  require "an address" {
    fields = ["person.email"]
    before = ["create"]
    say    = { fr = "Pas encore d'adresse e-mail", en = "No e-mail address yet" }
  }

  leavers {
    when = "past(person.contract_end)"
    do   = "deactivate"
    back = "reactivate" # the end date was taken back: switched on again
  }

  guard {
    removals { at_most = [2, "5%"] } # the greater, over seven days
  }

  target "profile" {
    connection = connection.oppus
    resource   = "employees"
    key        = "matricule"

    map = {
      matricule = "person.number"
      nom       = "person.last_name"
      prenom    = "person.first_name"
      email     = "person.email"
    }

    endpoint "deactivate" {
      method = "PATCH"
      path   = "/employees/{id}"
      body   = { actif = false }
    }
    endpoint "reactivate" {
      method = "PATCH"
      path   = "/employees/{id}"
      body   = { actif = true }
    }
  }
}
