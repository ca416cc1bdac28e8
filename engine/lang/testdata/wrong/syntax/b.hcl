input "x" {}
