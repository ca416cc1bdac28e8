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
    field "last" { path = "lastName" }
    field "manager_id" { path = "manager.id" }
    field "born" { path = "birthDate" }
    field "level" { path = "level" }
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    field "chef" { type = string }
    field "chefs" { type = list(string) }
    field "day" { type = date }
    map = {
      number = "person.number"
      name   = "person.last"
      birth  = "person.born.format('dd/MM/yyyy')"
      level  = "person.level"
      chef   = "linked('peeple', person.manager_id)"
      chefs  = ["linked('people', person.manager_id)"]
      since  = "linked('people', person.manager_id)"
      email  = "linked('people', person.born)"
      phone  = "'x' + linked('people', person.manager_id)"
      country = "linked(person.number, person.manager_id)"
      team   = "linked('people', person.manager_id)"
    }
  }
}
