integration "shipped" { version = "1.4.0" }
input "lucca_url" { type = string }
input "with_bank" { type = bool }
