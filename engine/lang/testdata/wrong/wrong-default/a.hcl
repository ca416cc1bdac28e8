input "a" {
  type    = bool
  default = "perhaps"
}
input "b" {
  type    = date
  default = "2026-02-30"
}
input "c" {
  type    = list(int)
  default = [1, 1.5]
}
input "d" {
  type    = string
  default = input.a
}
