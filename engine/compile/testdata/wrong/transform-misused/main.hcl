transform "plain_name" {
  params = ["s"]
  value  = "s.trim().upper()"
}
transform "full_name" {
  params = ["a", "b"]
  value  = "plain_name(a) + ' ' + plain_name(b)"
}
transform "formed" {
  params = ["s", "pattern"]
  value  = "s.matches(pattern)"
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
    field "level" { path = "level" }
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
      country = "plain_name(person.level)"
      phone   = "plain_name()"
      email   = "person.name.plain_name()"
      tags    = ["plane_name(person.name)", "plain_name(person.nam)"]
      birth   = "full_name(person.name, person.level)"
      admin   = "formed(person.name, person.number)"
      level   = "full_name(person.name, 'x')"
    }
  }
}
