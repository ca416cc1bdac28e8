connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = local.key
}

connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
  key    = "Bearer ${input.key}"
}

input "key" {
  type      = string
  sensitive = true
}
input "days" {
  type    = int
  default = 3
}
input "site" { type = object({ name = string, floor = int }) }
locals {
  key  = "k-${input.key}"
  week = 7
}

mapping "people" {
  purpose "bank" { why = "Salaries" }
  leavers { when = "!person.active.orValue(true)" }
  require "account" { fields = ["person.iban"] }
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
    where = "filled(person.number)"
    field "birth" { path = "birthDate" }
    field "active" { path = "active" }
    field "iban" { path = "iban" }
    field "city" { path = "address.city" }
    field "address" { path = "address" }
    field "born_text" {
      path = "birthDate"
      type = string
    }
    section "Formation" {
      field "street" {
        path = "[\"e_Nom-de-la-voie\"]"
        type = string
      }
    }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key = "number"
    once = ["since"]
    never_clear = ["iban"]
    field "floor" { type = int }
    field "parts.of" { type = object({ street = string, city = string }) }
    endpoint "deactivate" {
      method = "PATCH"
      path   = "/people/{id}"
      body   = { active = false, who = "{number}" }
    }
    notify = true
    map = {
      number = "person.number"
      name   = "person.name"
      since = "person.birth.addDays(input.days + local.week)"
      level = input.days
      score = 1.5
      admin = true
      country = text(input.site.name)
      tags  = ["'a'", "person.city", text("b"), 12]
      job   = { start = "person.birth", title = "person.born_text" }
      home  = { street = "person.street", city = text("Lyon") }
      extra = { a = "person.city", "b c" = 1 }
      iban  = "person.iban"
      floor = "input.site.floor"
      "parts.of" = "person.address"
    }
  }
}
