locals = { a = 1 }

input "x" {
  type = string
  default {
  }
}
