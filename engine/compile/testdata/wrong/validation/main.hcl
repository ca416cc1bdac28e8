input "url" {
  type    = string
  default = "http://example"
  validation {
    that = "input.url.startsWith('https://')"
    say  = { fr = "https seulement", en = "https only" }
  }
  validation {
    that = "size(input.url)"
    say  = "never"
  }
  validation {
    that = "input.ulr != '' && person.name == ''"
    say  = "never"
  }
}
input "token" {
  type      = string
  sensitive = true
  default   = "hunter2"
  validation {
    that = "size(input.token) > 20"
    say  = { fr = "trop court" }
  }
}

connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = env("HR_KEY")
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
}

mapping "people" {
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
  }

  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    map = {
      number = "person.number"
      name   = "person.name"
    }
  }
}
