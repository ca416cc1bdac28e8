# From a file that a test edits to the sandbox's Oppus: who leaves is switched off,
# who returns under a new id is recognised.
integration "ledger" { timezone = "Europe/Paris" }

input "oppus_url" { type = string }

connection "hr" {
  plugin = "file"
  path   = "staff.csv"
  tenant = "hr"
}

connection "oppus" {
  plugin  = "oppus"
  url     = input.oppus_url
  api_key = env("OPPUS_API_KEY")
}

mapping "people" {
  shown_as = "p.prenom + ' ' + p.nom"

  source "p" {
    connection = connection.hr
    resource   = "rows"
    id         = ["id"]
    field "id" {
      path = "id"
      type = string
    }
    field "matricule" {
      path = "matricule"
      type = string
    }
    field "nom" {
      path     = "nom"
      type     = string
      required = true
    }
    field "prenom" {
      path = "prenom"
      type = string
    }
    field "ne_le" {
      path = "ne_le"
      type = string
    }
    field "parti" {
      path = "parti"
      type = string
    }
  }

  leavers {
    when = "filled(p.parti)"
    do   = "deactivate"
  }

  same_person = ["p.prenom", "p.ne_le"]

  target "profile" {
    connection = connection.oppus
    resource   = "employees"
    key        = "matricule"
    map = {
      matricule = "p.matricule"
      nom       = "p.nom"
      prenom    = "p.prenom"
    }
    endpoint "create" {
      method = "POST"
      path   = "/employees"
      # CREATE
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
