input "token" {
  type      = string
  sensitive = true
}
input "site" { type = string }
input "limit" {
  type    = int
  default = 5
}
input "since" {
  type    = date
  default = "2026-01-31"
}
input "sites" {
  type    = list(string)
  default = []
}

locals {
  address = "https://${input.site}.example"
  half    = local.double / 4
  double  = input.limit * 2
}

fieldset "identity" {
  field "id" { path = "id" }
}

connection "api" {
  plugin     = "rest"
  url        = local.address
  key        = file("key.txt")
  rate_limit = "300/min"
  settings   = { plugin = "shadowed", token = input.token }
}

table "sites" { from_csv = "sites.csv" }

mapping "people" {
  after = [mapping.sites]
  trigger { cron = "0 2 * * MON-FRI" }

  source "person" {
    connection = connection.api
    resource   = "people"
    use        = [fieldset.identity]
    id         = ["id"]
    page_size  = input.limit
    where      = <<-CEL
      person.id != '' &&
        person.site in input.sites
    CEL

    field "site" {
      path     = "extendedData[\"e_Site\"]"
      type     = object({ code = string, tags = list(int) })
      required = true
      class    = "contact"
      sharp    = "status"
      enabled  = true
    }
  }

  target "profile" {
    connection = connection.api
    resource   = "profiles"
    key        = ["site", "id"]

    field "Date de naissance" {
      type  = date
      class = "identity"
    }

    map = {
      id                  = "person.id"
      "Date de naissance" = "person.born.format('dd/MM/yyyy')"
      post                = { start = "person.start", labels = ["'hr'", "person.site", true] }
      country             = text("FR")
      code                = text(input.limit)
      limit               = input.limit
      sites               = input.sites
      minus               = -1.5
      active              = true
      token               = text(input.token)
      nothing             = {}
      none                = []
    }

    endpoint "find" {
      method  = "GET"
      path    = "/profiles"
      query   = { id = "{id}", site = input.site }
      headers = { Accept = "application/json" }
      items   = "value"
      id      = "id"
    }
    endpoint "update" {
      method = "PATCH"
      path   = "/profiles/{id}"
    }
    endpoint "update" {
      fields   = ["site"]
      method   = "PUT"
      path     = "/profiles/{id}/site"
      body     = { site = "{site}", limit = input.limit, keep = true }
      success  = [200, 204]
      conflict = [409]
    }
  }
}

mapping "sites" {
  source "place" {
    connection = connection.api
    resource   = "sites"
    field "id" { path = "id" }
  }
  target "place" {
    connection = connection.api
    resource   = "sites"
    key        = "id"
    map        = { id = "place.id" }
  }
}
