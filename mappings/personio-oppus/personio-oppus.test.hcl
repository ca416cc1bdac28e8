# engine test runs these; engine test --update fills the outputs in.

test "a profile" {
  mapping = mapping.employees
  given = {
    employee = {
      number     = "00000000-0000-4000-8000-000000000057"
      last_name  = "N'Guyen"
      first_name = "Zoé"
      gender     = "FEMALE"
      email      = "Zoe.Nguyen@example.com"
      status     = "ACTIVE"
    }
  }

  case "is created" {
    expect {
      operation = "create"
      output = {
        matricule = "00000000-0000-4000-8000-000000000057"
        nom       = "N'GUYEN"
        prenom    = "Zoé"
        civilite  = "Mme"
        email     = "zoe.nguyen@example.com"
      }
    }
  }

  case "nothing changed" {
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

  case "is there already" {
    existing = { id = "p-9", matricule = "00000000-0000-4000-8000-000000000057", nom = "N'GUYEN", prenom = "Zoé", civilite = "Mme" }
    expect {
      operation = "link"
      output = {
        email = "zoe.nguyen@example.com"
      }
    }
  }

  case "a gender that Oppus has no title for goes without" {
    given = { employee = { gender = "DIVERSE" } }
    expect {
      operation = "create"
      output = {
        matricule = "00000000-0000-4000-8000-000000000057"
        nom       = "N'GUYEN"
        prenom    = "Zoé"
        email     = "zoe.nguyen@example.com"
      }
    }
  }

  case "a gender that is not in the table" {
    given = { employee = { gender = "OTHER" } }
    expect {
      held  = "unknown-value"
      field = "civilite"
    }
  }

  case "inactive, and never sent" {
    given = { employee = { status = "INACTIVE" } }
    expect { outcome = "left" }
  }

  case "inactive now: the profile stays as it is" {
    given  = { employee = { status = "INACTIVE" } }
    before = { employee = { status = "ACTIVE" } }
    expect { outcome = "left" }
  }

  case "without a status is somebody who works" {
    given = { employee = { status = null } }
    expect {
      operation = "create"
      output = {
        matricule = "00000000-0000-4000-8000-000000000057"
        nom       = "N'GUYEN"
        prenom    = "Zoé"
        civilite  = "Mme"
        email     = "zoe.nguyen@example.com"
      }
    }
  }

  case "no first name" {
    given = { employee = { first_name = null } }
    expect {
      held  = "missing-required"
      field = "prenom"
    }
  }
}
