# engine test runs these; engine test --update fills the outputs in.

test "an account" {
  mapping = mapping.employees
  now     = "2026-09-01T00:01:00+02:00"
  given = {
    employee = {
      id             = 57
      last_name      = "N'Guyen"
      first_name     = "Zoé"
      email          = "Zoe.Nguyen@example.com"
      gender         = "Female"
      birth_date     = "1990-02-28"
      job_title      = "Comptable"
      department     = "Finance"
      manager_id     = 9
      contract_start = "2024-02-01"
    }
  }
  linked = { employees = { "9" = "p-9" } }

  case "is created" {
    expect {
      operation = "create"
      output = {
        email      = "zoe.nguyen@example.com"
        first_name = "Zoé"
        last_name  = "N'Guyen"
        gender     = "FEMALE"
        position   = "Comptable"
        department = "Finance"
        supervisor = "p-9"
        hire_date  = "2024-02-01"
        type       = "INTERNAL"
        language   = "fr"
      }
    }
  }

  case "without an address, the person waits" {
    given = { employee = { email = null } }
    expect { waiting = "an address" }
  }

  case "a gender that is not in the table is unknown" {
    given = { employee = { gender = "Other" } }
    expect { contains = { gender = "UNKNOWN" } }
  }

  case "without a first day nobody is hired" {
    given = { employee = { contract_start = null } }
    expect {
      held  = "missing-required"
      field = "hire_date"
    }
  }

  case "is there already, by address and name" {
    existing = { id = "p-57", email = "zoe.nguyen@example.com", last_name = "N'Guyen", first_name = "Zoé" }
    expect {
      operation = "link"
      output = {
        gender     = "FEMALE"
        position   = "Comptable"
        department = "Finance"
        supervisor = "p-9"
        hire_date  = "2024-02-01"
        type       = "INTERNAL"
        language   = "fr"
      }
    }
  }

  case "the address belongs to somebody else" {
    existing = { id = "p-57", email = "zoe.nguyen@example.com", last_name = "Durand", first_name = "Anne" }
    expect { outcome = "held" }
  }

  case "nothing changed" {
    before = {}
    expect { outcome = "unchanged" }
  }

  case "has another post" {
    before = { employee = { job_title = "Aide comptable" } }
    expect {
      operation = "update"
      output = {
        position = "Comptable"
      }
    }
  }

  case "the first day was corrected: sent at creation and return only" {
    before = { employee = { contract_start = "2024-03-01" } }
    expect { outcome = "unchanged" }
  }

  case "the last day is today" {
    given  = { employee = { contract_end = "2026-09-01" } }
    before = { employee = { contract_end = null } }
    expect { outcome = "unchanged" }
  }

  case "the day after the last day, from midnight in Paris" {
    given  = { employee = { contract_end = "2026-08-31" } }
    before = { employee = { contract_end = null } }
    expect { operation = "deactivate" }
  }

  case "left before anybody sent him" {
    given = { employee = { contract_end = "2026-08-31" } }
    expect { outcome = "left" }
  }

  case "is back" {
    linked = { employees = { "9" = "p-9", "57" = { id = "p-57", state = "deactivated" } } }
    before = {}
    expect { operation = "reactivate" }
  }
}
