package "staff" {
  from   = "staff"
  inputs = { suffix = "!" }

  extend "employees" {
    source "employee" {
      section "Formation" {
        field "diploma" {
          path  = "e_diploma"
          type  = string
          label = { fr = "Diplôme", en = "Diploma" }
        }
        field "languages" {
          path = "e_languages"
          type = list(string)
        }
      }
    }
    target "profile" {
      field "diploma" { type = string }
      field "languages" { type = string }
      map = {
        diploma   = "employee.diploma + input.suffix"
        languages = "employee.languages.join(', ')"
      }
    }
  }
}
