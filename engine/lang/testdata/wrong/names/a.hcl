input "Url" { type = string }
integration "My Thing" {}
plugin "lucca!" { version = "~> 1.0" }
locals { été = 1 }
