integration "staff" {
  title    = { fr = "Badges", en = "Badges" }
  timezone = "Europe/Paris"
}

input "suffix" {
  type    = string
  default = "."
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

table "civility" {
  values  = { Mister = "M.", "M." = "M.", Miss = "Mme", Mme = "Mme" }
  unknown = "hold"
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
    field "civility" { path = "title" }
    field "nationality" { path = "nationality.name" }
    field "birth_date" { path = "birthDate" }
    field "email" { path = "mail" }
    field "landline" { path = "phone" }
  }

  target "profile" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    required   = ["number", "name"]

    map = {
      number  = "employee.number"
      name    = "employee.last_name.upper() + ' ' + employee.first_name"
      title   = "lookup('civility', employee.civility)"
      country = "country(employee.nationality, 'alpha2')"
      birth   = "employee.birth_date.format('dd/MM/yyyy')"
      email   = "employee.email"
      phone   = "employee.landline.phone('FR', 'e164')"
    }
  }
}
