input "a‮b" { type = string }
fieldset "x[31m" {}
