input "b" { typ = string }
