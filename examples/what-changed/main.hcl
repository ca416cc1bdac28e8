# Every quarter of an hour only what changed is read. Once a day, and whenever that
# does not do, everybody is; each run says which.

integration "what-changed" { title = { fr = "Ce qui a changé", en = "What changed" } }

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
  trigger { every = "15m" }
  shown_as = "person.first_name + ' ' + person.last_name"

  source "person" {
    connection  = connection.lucca
    resource    = "users"
    incremental = true

    field "number" { path = "employeeNumber" }
    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "email" { path = "mail" }
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
  }
}
