input "lucca_url" { type = string }
locals { a = loca.b }
connection "here" {
  plugin  = "file"
  url     = input.luca_url
  name    = bare
  api_key = env(input.lucca_url)
  other   = local.aa
}
