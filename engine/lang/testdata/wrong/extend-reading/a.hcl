package "one" {
  from = "inner"
  extend "people" {
    each "contract" {
      in = "contracts"
      id = "contract.id"
    }
    source "person" {
      group = ["id"]
      on    = { id = "x.id" }
      many  = true
      window "date" {
        from = "today()"
        to   = "today()"
      }
    }
  }
}
