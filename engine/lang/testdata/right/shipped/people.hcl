language = 1

integration "hr-to-badges" {
  title    = { fr = "RH vers badges", en = "HR to badges" }
  modules  = ["core-hr"]
  version  = "1.2.0"
  timezone = "Europe/Paris"
}

plugin "hr" { version = "~> 1.0" }

input "hr_url" { type = string }

input "with_mail" {
  type    = bool
  default = true
}

locals {
  mail = { wanted = input.with_mail }
}

connection "hr" {
  plugin  = "hr"
  url     = input.hr_url
  api_key = env("HR_KEY")
}

connection "badges" {
  plugin = "badges"
  url    = "https://badges.example"
}

table "civility" {
  values  = { Mister = "M.", "Miss" = "Mme" }
  unknown = "keep"
}

mapping "employees" {
  trigger { manual = true }
  shown_as = "employee.first_name + ' ' + employee.last_name"

  source "employee" {
    connection = connection.hr
    resource   = "users"
    include    = ["future"]

    field "number" { path = "employeeNumber" }
    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "civility" { path = "civilTitle" }
  }

  target "badge" {
    connection = connection.badges
    resource   = "badges"
    key        = "number"
    required   = ["number", "name"]

    map = {
      number   = "employee.number"
      name     = "employee.last_name.upper()"
      civility = "lookup('civility', employee.civility)"
      mail     = local.mail.wanted
    }
  }
}
