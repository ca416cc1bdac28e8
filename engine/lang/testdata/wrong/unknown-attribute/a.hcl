input "site" {
  type    = string
  defualt = "Lyon"
}
