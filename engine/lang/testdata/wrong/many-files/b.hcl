input "a" { type = strin }
