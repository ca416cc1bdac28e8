integration "x" { timezone = "Europe/Paris" }
input "with_mail" { type = bool }
transform "shout" {
  params = ["s"]
  value  = "s.upper()"
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
  shown_as = "person.name + shout(person.mail)"
  leavers { when = "past(person.birth)" }
  require "mail" { that = "filled(person.mail) && filled(person.name)" }

  source "person" {
    connection = connection.hr
    resource   = "users"
    where = "size(person.name) > 1 && filled(person.mail)"
    field "mail" {
      path    = "mail"
      enabled = input.with_mail
    }
    field "birth" {
      path    = "birthDate"
      enabled = false
    }
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
  }

  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    required = ["email"]
    map = {
      number = "person.number"
      name   = "person.name"
      email = "person.mail"
    }
  }
}
