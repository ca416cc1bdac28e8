input "a" { type = number }
input "b" { type = strng }
input "c" { type = list }
input "d" { type = choice }
input "e" { type = "string" }
