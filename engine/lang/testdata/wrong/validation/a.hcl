input "url" {
  type = string
  validation {
    that = "input.url.startsWith('https://')"
  }
  validation {
    say = {}
  }
  validation {
    that = true
    say  = { de = "https" }
    when = "always"
  }
}
