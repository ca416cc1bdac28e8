# A customer's workspace: the shipped package as it is, plus what only this
# customer has. Here the section "Formation" of the employee file: grant the key
# "Consulter le dossier du personnel" on that section, and nothing else.

input "lucca_url" { type = string }
input "oppus_url" { type = string }

package "lucca-oppus" {
  from    = "mappings/lucca-oppus"
  version = "~> 1.0"
  inputs  = { lucca_url = input.lucca_url, oppus_url = input.oppus_url }

  extend "employees" {
    source "employee" {
      section "Formation" {
        field "diploma" {
          path  = "e_diploma"
          type  = string
          label = { fr = "Diplôme", en = "Diploma" }
        }
        field "languages" {
          path  = "e_languages" # several rows: a list
          type  = list(string)
          label = { fr = "Langues", en = "Languages" }
        }
      }
    }

    target "profile" {
      field "diplome" { type = string }
      field "langues" { type = string }

      map = {
        diplome = "employee.diploma"
        langues = "employee.languages.join(', ')"
      }
    }
  }
}
