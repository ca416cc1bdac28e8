# Establishments from a file, then employees, each with an establishment and a
# manager among themselves. The employees stand first: what they refer to decides.
integration "references" { timezone = "Europe/Paris" }

input "lucca_url" { type = string }
input "emasphere_url" { type = string }

connection "lucca" {
  plugin  = "lucca"
  url     = input.lucca_url
  api_key = env("LUCCA_API_KEY")
}

connection "entities" {
  plugin = "file"
  path   = "entities.csv" # where the engine is run
}

connection "emasphere" {
  plugin     = "emasphere"
  url        = input.emasphere_url
  access_key = env("EMASPHERE_KEY")
}

mapping "employees" {
  trigger { daily = "02:00" }
  shown_as = "employee.first_name + ' ' + employee.last_name"

  source "employee" {
    connection = connection.lucca
    resource   = "users"
    include    = ["future"]
    field "id" { path = "id" }
    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "entity_id" { path = "legalEntityId" }
    field "manager_id" { path = "managerId" }
  }

  target "employee" {
    connection = connection.emasphere
    resource   = "employees"
    key        = "external_id"
    field "manager" { type = string }
    map = {
      external_id  = "string(employee.id)"
      last_name    = "employee.last_name"
      first_name   = "employee.first_name"
      legal_entity = "linked('entities', employee.entity_id)"
      manager      = "linked('employees', employee.manager_id)"
    }
  }
}

mapping "entities" {
  trigger { cron = "30 1 * * 1" }

  source "entity" {
    connection = connection.entities
    resource   = "rows"
    id         = ["id"]
    field "id" {
      path = "id"
      type = string
    }
    field "name" {
      path = "name"
      type = string
    }
  }

  target "entity" {
    connection = connection.emasphere
    resource   = "legal-entities"
    key        = "external_id"
    map = {
      external_id = "entity.id"
      name        = "entity.name"
    }
  }
}
