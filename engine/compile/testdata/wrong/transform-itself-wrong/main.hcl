transform "one" {
  params = ["s"]
  value  = "s.trim().uper()"
}
transform "two" {
  params = ["s"]
  value  = <<-CEL
    s +
      person.name
  CEL
}
transform "three" {
  params = ["a", "b"]
  value  = "a + input.site + d"
}
transform "four" {
  params = ["s"]
  value  = "s +"
}
transform "five" {
  params = ["s"]
  value  = "one(s)"
}
transform "today_of" {
  params = ["s"]
  value  = "past(s)"
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
      country = "one(person.name)"
      phone   = "five(person.name) + two(person.name)"
    }
  }
}
