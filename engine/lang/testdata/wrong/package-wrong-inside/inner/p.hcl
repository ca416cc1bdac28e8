input "x" { type = strin }
