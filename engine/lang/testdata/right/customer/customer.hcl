input "url" {
  type      = string
  sensitive = true
}

package "badges" {
  from    = "shipped"
  version = "~> 1.0"
  inputs  = { hr_url = input.url }

  extend "employees" {
    trigger { daily = "02:00" }

    source "employee" {
      field "last_name" { path = "usageName" }
      section "Formation" {
        field "languages" {
          path  = "e_languages"
          type  = list(string)
          label = { fr = "Langues", en = "Languages" }
        }
      }
    }

    target "badge" {
      required = ["languages"]
      field "languages" { type = string }
      map = {
        name      = "employee.last_name"
        languages = "employee.languages.join(', ')"
      }
    }
  }
}
