input "pin" {
  type      = int
  sensitive = true
  default   = "hunter2"
}
