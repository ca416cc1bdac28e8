connection "here" {
  plugin = "file"
}

mapping "people" {
  leavers {
    when = past(person.end)
    do   = "deactive"
    back = true
  }
  removed {
    when = "true"
  }
  leavers {
    do = "keep"
  }

  require "payroll" {
  }
  require "both" {
    fields = ["person.iban"]
    that   = "filled(person.iban)"
    before = ["create", "deactivate"]
    else   = "waits"
  }
  require "both" {
    that = "filled(person.iban)"
    says = "…"
  }

  purpose "banc" {
    why = { fr = "", de = "" }
  }
  purpose "bank" {
    basis = "contract"
  }

  source "person" {
    connection = connection.here
    resource   = "people"
    field "id" { path = "id" }
  }

  target "file" {
    connection  = connection.here
    resource    = "lines"
    key         = "id"
    once        = ["id", "id"]
    never_clear = [true]
    map         = { id = "person.id" }
  }
}
