# engine test runs these; engine test --update fills the outputs in.

test "an ordinary person" {
  mapping = mapping.employees
  now     = "2026-03-02"
  given = {
    employee = {
      matricule   = "00057"
      last_name   = "N'Guyen"
      first_name  = "Zoé"
      civility    = "Miss"
      nationality = "France"
      birth_date  = "1990-02-28"
      email       = "zoe.nguyen@example.com"
      landline    = "01 45 78 45 12"
    }
  }

  case "is created" {
    expect {
      operation = "create"
      output = {
        matricule      = "00057"
        nom            = "N'GUYEN"
        prenom         = "Zoé"
        civilite       = "Mme"
        nationalite    = "FR"
        date_naissance = "28/02/1990"
        email          = "zoe.nguyen@example.com"
        telephone_fixe = "+33145784512"
      }
    }
  }

  case "was sent before, and nothing changed" {
    before = {}
    expect { outcome = "unchanged" }
  }

  case "married since" {
    before = { employee = { last_name = "Durand" } }
    expect {
      operation = "update"
      output = {
        nom = "N'GUYEN"
      }
    }
  }

  case "lost the landline" {
    given  = { employee = { landline = null } }
    before = { employee = { landline = "01 45 78 45 12" } }
    expect {
      operation = "update"
      output = {
        telephone_fixe = null
      }
    }
  }

  case "is there already" {
    existing = { id = "p-9", matricule = "00057", nom = "NGUYEN", prenom = "Zoé" }
    expect {
      operation = "link"
      output = {
        nom            = "N'GUYEN"
        civilite       = "Mme"
        nationalite    = "FR"
        date_naissance = "28/02/1990"
        email          = "zoe.nguyen@example.com"
        telephone_fixe = "+33145784512"
      }
    }
  }
}

test "what holds somebody back" {
  mapping = mapping.employees
  given   = { employee = { matricule = "1", last_name = "Durand", first_name = "Paul" } }

  case "nothing but the name is enough" {
    expect {
      operation = "create"
      output = {
        matricule = "1"
        nom       = "DURAND"
        prenom    = "Paul"
      }
    }
  }

  case "no number" {
    given = { employee = { matricule = null } }
    expect {
      held  = "missing-required"
      field = "matricule"
    }
  }

  case "a civility that is not in the table" {
    given = { employee = { civility = "Dr" } }
    expect {
      held  = "unknown-value"
      field = "civilite"
    }
  }

  case "a country that nobody knows" {
    given = { employee = { nationality = "Syldavie" } }
    expect {
      held  = "unknown-country"
      field = "nationalite"
    }
  }

  case "a number that two people have" {
    given = {
      employee = [
        { matricule = "1", last_name = "Durand", first_name = "Paul" },
        { matricule = "1", last_name = "Durand", first_name = "Anne" },
        { matricule = "2", last_name = "Petit", first_name = "Jean" },
      ]
    }
    expect { held = "duplicate-key" }
    expect { held = "duplicate-key" }
    expect {
      operation = "create"
      contains  = { nom = "PETIT" }
    }
  }
}
