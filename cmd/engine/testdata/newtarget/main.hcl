integration "keyring" { timezone = "Europe/Paris" }

input "keyring_url" { type = string }

connection "staff" {
  plugin = "file"
  path   = "staff.csv"
}

connection "holders" {
  plugin        = "rest"
  name          = "Keyring"
  url           = input.keyring_url
  collection    = "holders"
  headers       = { X-Client = "passerelle" }
  rate_limit    = "1000/s"
  auth          = "oauth2"
  client_id     = "passerelle"
  client_secret = env("KEYRING_SECRET")
  token_url     = "/v3/token"
  scope         = "holders"
}

connection "badges" {
  plugin      = "rest"
  url         = input.keyring_url
  collection  = "badges"
  rate_limit  = "1000/s"
  batch_size  = 2
  auth        = "hmac"
  hmac_secret = env("KEYRING_HMAC")
  hmac_prefix = "sha256="
  hmac_parts  = ["method", "path", "timestamp", "body"]
}

connection "visits" {
  plugin      = "rest"
  url         = input.keyring_url
  collection  = "visits"
  rate_limit  = "1000/s"
  auth        = "hmac"
  hmac_secret = env("KEYRING_HMAC")
  hmac_prefix = "sha256="
  hmac_parts  = ["method", "path", "timestamp", "body"]
}

fieldset "name" {
  field "number" {
    path = "number"
    type = string
  }
  field "last" {
    path = "last"
    type = string
  }
  field "first" {
    path = "first"
    type = string
  }
}

mapping "holders" {
  source "person" {
    connection = connection.staff
    resource   = "rows"
    id         = ["number"]
    use        = [fieldset.name]
    field "born" {
      path = "born"
      type = date
    }
    field "site" {
      path = "site"
      type = string
    }
    field "left" {
      path = "left"
      type = date
    }
  }
  leavers {
    when = "past(person.left)"
    do   = "deactivate"
  }
  target "holder" {
    connection = connection.holders
    resource   = "records"
    key        = "number"
    field "number" { type = string }
    field "last" { type = string }
    field "first" { type = string }
    field "born" { type = date }
    field "site" { type = string }
    map = {
      number = "person.number"
      last   = "person.last"
      first  = "person.first"
      born   = "person.born"
      site   = "person.site"
    }
    endpoint "find" {
      method = "GET"
      path   = "/holders"
      query  = { number = "{number}" }
      items  = "results"
      id     = "uid"
      page {
        by         = "cursor"
        param      = "after"
        next       = "paging.after"
        size_param = "limit"
        size       = 2
      }
    }
    endpoint "create" {
      method             = "POST"
      path               = "/holders"
      body               = { holder = { number = "{number}", name = { last = "{last}", first = "{first}" }, born = "{born}", site = "{site}" } }
      id                 = "holder.uid"
      idempotency_header = "Request-Id"
      reconcile          = "lookup"
    }
    endpoint "update" {
      method = "PATCH"
      path   = "/holders/{id}"
      clear  = "null"
    }
    endpoint "update" {
      fields = ["site"]
      method = "PUT"
      path   = "/holders/{id}/site"
      body   = { name = "{site}" }
    }
    endpoint "deactivate" {
      method = "POST"
      path   = "/holders/{id}/suspend"
      body   = { reason = "left" }
    }
  }
}

mapping "badges" {
  source "person" {
    connection = connection.staff
    resource   = "rows"
    id         = ["number"]
    use        = [fieldset.name]
  }
  target "badge" {
    connection = connection.badges
    resource   = "records"
    key        = "number"
    field "number" { type = string }
    field "label" { type = string }
    map = {
      number = "person.number"
      label  = "person.first + ' ' + person.last"
    }
    endpoint "create" {
      method    = "PUT"
      path      = "/badges"
      batch     = "array"
      wrap      = "badges"
      items     = "done"
      id        = "id"
      reconcile = "upsert"
    }
    endpoint "update" {
      method    = "PUT"
      path      = "/badges"
      batch     = "array"
      wrap      = "badges"
      items     = "done"
      id        = "id"
      body      = { id = "{id}", number = "{number}", label = "{label}" }
      reconcile = "upsert"
    }
  }
}

mapping "visits" {
  source "person" {
    connection = connection.staff
    resource   = "rows"
    id         = ["number"]
    field "number" {
      path = "number"
      type = string
    }
  }
  target "visit" {
    connection = connection.visits
    resource   = "records"
    key        = "who"
    field "who" { type = string }
    map = {
      who = "person.number"
    }
    endpoint "create" {
      method    = "POST"
      path      = "/visits"
      batch     = "ndjson"
      id        = "id"
      reconcile = "upsert"
    }
  }
}
