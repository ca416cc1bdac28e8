# As a page shows it: without the mapping around it.
source "person" {
  resource = "users"
}
shown_as = "person.name"
