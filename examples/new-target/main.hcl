# A target for which nobody wrote a connector. plugins/rest knows nothing of any
# API: everything it does is said in the endpoint blocks below. The sandbox's Oppus
# plays the unknown API.

integration "new-target" { timezone = "Europe/Paris" }

input "lucca_url" { type = string }
input "oppus_url" { type = string }

connection "lucca" {
  plugin  = "lucca"
  url     = input.lucca_url
  api_key = env("LUCCA_API_KEY")
}

connection "directory" {
  plugin     = "rest"
  name       = "Directory" # as messages name it
  url        = input.oppus_url
  collection = "employees" # one connection is for one collection of the API
  auth       = "key"
  api_key    = env("OPPUS_API_KEY")
  rate_limit = "100/s"
}

mapping "people" {
  shown_as = "person.first_name + ' ' + person.last_name"

  source "person" {
    connection = connection.lucca
    resource   = "users"
    include    = ["former"] # who has left is read too: leaving is a fact in the record

    field "number" { path = "employeeNumber" }
    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "email" { path = "mail" }
    field "contract_end" { path = "dtContractEnd" }
  }

  leavers {
    when = "past(person.contract_end)"
    do   = "deactivate"
  }

  target "entry" {
    connection = connection.directory
    resource   = "records"
    key        = "matricule"
    required   = ["matricule", "nom", "prenom"]

    # The API publishes no schema here, so each field is declared.
    field "matricule" { type = string }
    field "nom" { type = string }
    field "prenom" { type = string }
    field "email" { type = string }

    map = {
      matricule = "person.number"
      nom       = "person.last_name"
      prenom    = "person.first_name"
      email     = "person.email.lower()"
    }

    # Is somebody there already? Then he is adopted, not created twice.
    endpoint "find" {
      method = "GET"
      path   = "/api/v1/employees"
      query  = { matricule = "{matricule}" }
      items  = "value"
      id     = "id"
      page {
        by    = "page"
        param = "page"
        total = "total"
      }
    }
    endpoint "create" {
      method             = "POST"
      path               = "/api/v1/employees"
      id                 = "data.id" # where the answer holds the new id
      conflict           = [409]
      idempotency_header = "Idempotency-Key"
      reconcile          = "lookup" # never answered: find it before anything is sent again
    }
    endpoint "update" {
      method = "PATCH"
      path   = "/api/v1/employees/{id}"
    }
    endpoint "deactivate" {
      method = "PATCH"
      path   = "/api/v1/employees/{id}"
      body   = { actif = false }
    }
    endpoint "reactivate" {
      method = "PATCH"
      path   = "/api/v1/employees/{id}"
      body   = { actif = true }
    }
  }
}
