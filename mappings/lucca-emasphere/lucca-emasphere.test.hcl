# engine test runs these; engine test --update fills the outputs in.

test "a legal entity" {
  mapping = mapping.legal_entities
  given   = { entity = { id = 3, name = "Exemple SAS" } }

  case "is created" {
    expect {
      operation = "create"
      output = {
        external_id = "3"
        name        = "Exemple SAS"
      }
    }
  }

  case "changed its name and stays the same" {
    before = { entity = { name = "Ancien Nom SARL" } }
    expect {
      operation = "update"
      output = {
        name = "Exemple SAS"
      }
    }
  }

  case "has no name" {
    given = { entity = { name = null } }
    expect {
      held  = "missing-required"
      field = "name"
    }
  }
}

test "an employee" {
  mapping = mapping.employees
  given = {
    employee = {
      id            = 57
      last_name     = "N'Guyen"
      first_name    = "Zoé"
      job_title     = "Comptable"
      department    = "Finance"
      establishment = "Lyon"
      legal_unit_id = 3
    }
  }
  linked = { legal_entities = { "3" = "le-3" } }

  case "is created in the legal entity" {
    expect {
      operation = "create"
      output = {
        external_id   = "57"
        last_name     = "N'Guyen"
        first_name    = "Zoé"
        job_title     = "Comptable"
        department    = "Finance"
        establishment = "Lyon"
        legal_entity  = "le-3"
      }
    }
  }

  case "nothing changed" {
    before = {}
    expect { outcome = "unchanged" }
  }

  case "moved to another department" {
    before = { employee = { department = "Paie" } }
    expect {
      operation = "update"
      output = {
        department = "Finance"
      }
    }
  }

  case "has no post any more" {
    given  = { employee = { job_title = null } }
    before = { employee = { job_title = "Comptable" } }
    expect {
      operation = "update"
      output = {
        job_title = null
      }
    }
  }

  case "belongs to an entity that is not there yet: goes without it" {
    given = { employee = { legal_unit_id = 4 } }
    expect {
      operation = "create"
      output = {
        external_id   = "57"
        last_name     = "N'Guyen"
        first_name    = "Zoé"
        job_title     = "Comptable"
        department    = "Finance"
        establishment = "Lyon"
      }
    }
  }

  case "has no first name" {
    given = { employee = { first_name = null } }
    expect {
      held  = "missing-required"
      field = "first_name"
    }
  }
}

test "a day of absence" {
  mapping = mapping.absences
  now     = "2026-05-01"
  given = {
    leave = [
      { owner_id = 57, date = "2026-05-05" },
      { owner_id = 57, date = "2026-05-05" },
    ]
    standing = [
      { owner_id = 57, date = "2026-05-05", period_start = "2026-05-04" },
      { owner_id = 57, date = "2026-05-05", period_start = "2026-05-04" },
    ]
  }
  linked = { employees = { "57" = "e-57" } }

  case "morning and afternoon are one day" {
    expect {
      operation = "create"
      output = {
        employee   = "e-57"
        date       = "2026-05-05"
        start_date = "2026-05-04"
      }
    }
  }

  case "nothing changed" {
    before = {}
    expect { outcome = "unchanged" }
  }

  case "the morning was cancelled: the day stands" {
    given = {
      leave = [
        { owner_id = 57, date = "2026-05-05", cancelled_at = "2026-05-02T08:00:00Z" },
        { owner_id = 57, date = "2026-05-05" },
      ]
    }
    before = {
      leave = [
        { owner_id = 57, date = "2026-05-05" },
        { owner_id = 57, date = "2026-05-05" },
      ]
    }
    expect { outcome = "unchanged" }
  }

  case "both halves were cancelled: the day goes" {
    given = {
      leave = [
        { owner_id = 57, date = "2026-05-05", cancelled_at = "2026-05-02T08:00:00Z" },
        { owner_id = 57, date = "2026-05-05", cancelled_at = "2026-05-02T08:00:00Z" },
      ]
    }
    before = {
      leave = [
        { owner_id = 57, date = "2026-05-05" },
        { owner_id = 57, date = "2026-05-05" },
      ]
    }
    expect { operation = "delete" }
  }

  case "cancelled before it was ever sent" {
    given = {
      leave = [{ owner_id = 57, date = "2026-05-05", cancelled_at = "2026-05-02T08:00:00Z" }]
    }
    expect { outcome = "left" }
  }

  case "of somebody who is not there yet" {
    given = {
      leave    = [{ owner_id = 58, date = "2026-05-05" }]
      standing = [{ owner_id = 58, date = "2026-05-05", period_start = "2026-05-05" }]
    }
    expect {
      held  = "reference-missing"
      field = "employee"
    }
  }

  case "older than twelve months is not looked at" {
    given = {
      leave = [
        { owner_id = 57, date = "2024-05-05" },
        { owner_id = 57, date = "2026-05-06" },
      ]
      standing = [{ owner_id = 57, date = "2026-05-06", period_start = "2026-05-06" }]
    }
    expect {
      operation = "create"
      contains  = { date = "2026-05-06" }
    }
  }
}
