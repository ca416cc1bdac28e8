input "with_bank" { type = bool }
