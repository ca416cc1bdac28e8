# engine test runs these; engine test --update fills the outputs in.

test "a line of the payroll file" {
  mapping = mapping.people
  now     = "2026-09-01T00:01:00+02:00"
  given = {
    employee = {
      matricule      = "00057"
      civility       = "Miss"
      last_name      = "N'Guyen"
      first_name     = "Zoé"
      birth_date     = "1990-02-28"
      email          = "zoe.nguyen@example.com"
      establishment  = "Lyon"
      contract_start = "2024-02-01"
    }
  }

  case "an ordinary person" {
    expect {
      operation = "create"
      output = {
        Matricule           = "00057"
        Civilité            = "Mme"
        Nom                 = "N'GUYEN"
        Prénom              = "Zoé"
        "Né(e) le"          = "1990-02-28"
        E-mail              = "zoe.nguyen@example.com"
        Établissement       = "Lyon"
        "Début de contrat"  = "2024-02-01"
        "Heures mensuelles" = 151.67
      }
    }
  }

  case "nothing changed" {
    before = {}
    expect { outcome = "unchanged" }
  }

  case "moved to another establishment" {
    before = { employee = { establishment = "Paris" } }
    expect {
      operation = "update"
      output = {
        Matricule           = "00057"
        Civilité            = "Mme"
        Nom                 = "N'GUYEN"
        Prénom              = "Zoé"
        "Né(e) le"          = "1990-02-28"
        E-mail              = "zoe.nguyen@example.com"
        Établissement       = "Lyon"
        "Début de contrat"  = "2024-02-01"
        "Heures mensuelles" = 151.67
      }
    }
  }

  case "the last day is today: still there" {
    given = { employee = { contract_end = "2026-09-01" } }
    expect {
      operation = "create"
      contains  = { "Fin de contrat" = "2026-09-01" }
    }
  }

  case "the day after the last day: the line goes" {
    given  = { employee = { contract_end = "2026-08-31" } }
    before = { employee = { contract_end = null } }
    expect { operation = "delete" }
  }

  case "left before the file knew him" {
    given = { employee = { contract_end = "2020-08-31" } }
    expect { outcome = "left" }
  }

  case "a civility that is not in the table" {
    given = { employee = { civility = "Dr" } }
    expect {
      held  = "unknown-value"
      field = "Civilité"
    }
  }

  case "no first name" {
    given = { employee = { first_name = null } }
    expect {
      held  = "missing-required"
      field = "Prénom"
    }
  }

  case "no number" {
    given = { employee = { matricule = null } }
    expect {
      held  = "missing-required"
      field = "Matricule"
    }
  }
}
