input "url" { type = string }
connection "here" { plugin = "file" }
fieldset "f" {}
locals { a = 1 }
