input "url" { type = string }
connection "here" { plugin = "file" }
fieldset "f" {}
locals { a = 2 }
integration "a" {}
integration "b" {}
