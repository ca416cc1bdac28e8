locals { a = env("HOME") }
connection "here" {
  plugin = "file"
  a      = enb("X")
  b      = text("x")
}
