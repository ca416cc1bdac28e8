package "staff" {
  from = "staff"

  extend "employees" {
    source "employee" {
      section "Formation" {
        field "diploma" {
          path = "e_diploma"
          type = string
        }
      }
      field "mail" { path = "mial" }
    }
    target "profile" {
      field "diploma" { type = string }
      map = {
        diploma = "employee.diplom.upper()"
        email   = "employee.mail"
      }
    }
  }
}
